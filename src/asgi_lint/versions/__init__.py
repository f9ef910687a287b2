"""Which releases of Starlette and FastAPI a project can resolve to, and what is wrong with them.

`effective.Versions` is the entrance; `hazards` and `releases` are the facts it rests on.
"""
