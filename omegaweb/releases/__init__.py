"""What was found becomes versions of a program: the sealed test, approval, versions, and the program's current one."""
