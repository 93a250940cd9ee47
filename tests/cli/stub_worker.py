"""A stand-in for the worker."""

from tests.cli.stub_server import work

if __name__ == "__main__":
    work()
