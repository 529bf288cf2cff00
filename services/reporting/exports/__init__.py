"""What leaves as files: the list of complaints, open data, and the log.

An export answers the same question as the page beside it, by the same query. It is made whole in
a file that has no name (`spool`) and only then sent, so that what cannot be finished is refused
and never half delivered. No words, and no ids of people.
"""
