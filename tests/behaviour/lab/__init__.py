"""Runs real releases of Starlette and FastAPI and writes down what they do.

`plan` says which releases, `environments` makes a place for each, `run` starts `bench` in it, and
`results` keeps what it saw.
"""
