"""Results for people to read: tables as text, in a terminal and as HTML, and figures. Nothing here computes."""
