"""Personal data: which there are and what for (`register`, `kinds`), what is kept about one person (`finding`), and how
long (`retention`). One register makes the words beside each field, the record of processing and "my data"."""
