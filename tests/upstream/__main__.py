"""python -m tests.upstream [--port 9000]: serve the emulator until Ctrl-C, and print the settings that lead to it."""

import threading

import click

from tests.upstream.server import Upstream


@click.command()
@click.option("--port", default=9000, show_default=True, help="The port of 127.0.0.1; 0 takes a free one.")
def main(port: int) -> None:
    """Answer as TMDB and the Movie Database do, from a small catalogue of real titles."""
    with Upstream(port=port) as upstream:
        for name, value in upstream.settings.items():
            click.echo(f"export {name}={value}")
        click.echo(f"# Misbehaviour: curl -X POST '{upstream.url}/control/tmdb?late=3&times=2'; see {upstream.url}/control")
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            click.echo()


if __name__ == "__main__":
    main()
