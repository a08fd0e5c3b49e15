"""`python -m longtail` is `longtail`, where the command is not on the path."""

from longtail.cli.main import main

if __name__ == "__main__":
    main()
