"""`turnout demo`: a policy run over a contact log with the log's own clock.

`run` computes and prints nothing; `view` prints and computes nothing.
"""
