"""What runs inside the environment of one release: a server, a client, and what they see.

It needs nothing but the standard library, Starlette and uvicorn. `lab` starts it as
`python -m bench` and reads back the JSON file that it writes.
"""
