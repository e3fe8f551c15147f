"""What is looked for in a file before it is kept: each module knows one kind of file and no model.

A file that may do something by itself, when somebody opens it, is refused with a sentence that says what to do instead.
"""
