"""Online accesses: sign-in with the list's credentials, what the account page says, and the state of each access.

A poll of an access is a sample of kodeks_online_up; a failed one is a row of core.online_poll_errors, too. An access
that refuses the password five times in a row is not asked again until the list has other credentials.
"""
