"""Files inside files: mails, archives, winmail.dat. Nobody vouches for them, so all of this runs in the sandbox."""
