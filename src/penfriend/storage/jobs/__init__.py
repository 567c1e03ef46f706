"""Batches of due mails as jobs of Procrastinate on the same PostgreSQL, so that any worker of any machine
takes them (extra `penfriend[scale]`). The only home of that library.

The rows of `messages` stay the truth. A tick claims what is due with SKIP LOCKED and defers a job with its
ids in the same transaction; whoever gets the job takes the claim over, row by row, and sends. So a job that
runs twice finds nothing the second time, one that is lost costs the time of the claim's lease, and what is
waiting when the library is taken away is due again after that lease. A job is deleted as soon as it is done.

Its tables stand in a schema whose name says which version of them it is: workers with different versions of
the library work beside each other, each over jobs of their own, and no migration of them is ever needed.
"""
