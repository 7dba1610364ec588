"""One conversation with a mail server: resolved once and pinned, bounded in time, its answers told apart (F-9, S-11).

An internal server is the normal case, so addresses of the inside may be called; that nobody scans the house with it is kept by the list
of ports, by what is shown of an answer, and by the addresses where clouds keep keys staying closed
(decision record 030).
"""

from __future__ import annotations

import smtplib
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from functools import lru_cache

from kemai.integrations.rules.addresses import is_metadata
from kemai.integrations.rules.letters import ascii_address, one_line

#: Seconds for one step of the conversation, and for a whole letter, however slowly its answer drips in.
STEP, WHOLE = 10.0, 30.0
ANSWER = 300


@dataclass(frozen=True, slots=True)
class Way:
    """Where to and how: everything of the settings a conversation needs."""

    host: str
    port: int
    security: str
    username: str
    password: str
    sender: str
    greeting: str
    """What we call ourselves."""


class Trouble(Exception):
    """Why a letter was not taken. ``ours``: it concerns this letter alone, others may go; ``final``: trying again would not help."""

    def __init__(self, code: str, answer: str = "", *, ours: bool = False, final: bool = False) -> None:
        self.code, self.answer, self.ours, self.final = code, answer, ours, final
        super().__init__(code)


@lru_cache(maxsize=1)
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()


class _Pinned(smtplib.SMTP):
    """smtplib's client connected to an address that has been looked at, instead of resolving the name again."""

    def __init__(self, way: Way, addresses: list[str]) -> None:
        self.addresses = addresses
        super().__init__(local_hostname=way.greeting, timeout=STEP)
        self._host = way.host  # the name certificates are checked against

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        for place, address in enumerate(self.addresses):
            try:
                return socket.create_connection((address, port), timeout)
            except OSError:
                if place == len(self.addresses) - 1:
                    raise
        raise OSError("no address")


class _PinnedTls(_Pinned):
    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        plain = super()._get_socket(host, port, timeout)
        self.sock = plain  # so that an endless handshake can be cut
        try:
            return _tls().wrap_socket(plain, server_hostname=self._host)
        except BaseException:
            plain.close()
            raise


class Conversation:
    """An open, greeted, authenticated connection; letters go over it one after the other."""

    def __init__(self, way: Way, client: smtplib.SMTP) -> None:
        self.way, self.client = way, client

    def hand_over(self, to: str, letter: EmailMessage) -> str:
        """Give one letter to the server; its answer when it took it, else :class:`Trouble`."""
        with _told_apart("broken_off"), _bounded(self.client):
            code, said = self.client.mail("@".join(ascii_address(self.way.sender)))
            if code != 250:
                raise Trouble("sender_refused", _words(code, said))
            code, said = self.client.rcpt("@".join(ascii_address(to)))
            if code not in (250, 251):
                raise self._refusal("recipient", code, said)
            try:
                code, said = self.client.data(letter.as_bytes())
            except smtplib.SMTPDataError as error:
                raise self._refusal("content", error.smtp_code, error.smtp_error) from error
            if code != 250:
                raise self._refusal("content", code, said)
            return _words(code, said)

    def _refusal(self, what: str, code: int, said: bytes | str) -> Trouble:
        """What a refusal of one letter means, and the line made ready for the next."""
        try:
            self.client.rset()
        except (smtplib.SMTPException, OSError):
            pass
        final = 500 <= code < 600
        return Trouble(f"{what}_refused" if final else "later", _words(code, said), ours=code != 421, final=final)


@contextmanager
def conversation(way: Way) -> Iterator[Conversation]:
    """Connect, greet, encrypt, sign in; :class:`Trouble` says at which of these it failed."""
    with _told_apart("unresolved"):
        addresses = _addresses(way)
    client = (_PinnedTls if way.security == "tls" else _Pinned)(way, addresses)
    try:
        with _told_apart("refused"), _bounded(client):
            code, said = client.connect(way.host, way.port)
            if code != 220:
                raise smtplib.SMTPResponseException(code, said)
            client.ehlo_or_helo_if_needed()
        if way.security == "starttls":
            with _told_apart("tls"), _bounded(client):
                if not client.has_extn("starttls"):
                    raise Trouble("no_starttls")
                client.starttls(context=_tls())
                client.ehlo()
        if way.username:
            with _told_apart("sign_in"), _bounded(client):
                client.login(way.username, way.password)
        yield Conversation(way, client)
        with _bounded(client):
            try:
                client.quit()
            except (smtplib.SMTPException, OSError):
                pass
    finally:
        client.close()


def _addresses(way: Way) -> list[str]:
    found = [str(entry[4][0]) for entry in socket.getaddrinfo(way.host, way.port, type=socket.SOCK_STREAM)]
    if any(is_metadata(address) for address in found):
        raise Trouble("address_closed")
    if not found:
        raise Trouble("unresolved")
    return list(dict.fromkeys(found))[:2]


@contextmanager
def _bounded(client: smtplib.SMTP) -> Iterator[None]:
    """Cut the line when all of the block takes too long: an answer that drips in never runs out a step's time."""
    cut = threading.Event()

    def end() -> None:
        cut.set()
        if client.sock is not None:
            try:
                socket.socket.shutdown(client.sock, socket.SHUT_RDWR)
            except OSError:
                pass

    timer = threading.Timer(WHOLE, end)
    timer.daemon = True
    timer.start()
    try:
        yield
    except (smtplib.SMTPException, OSError) as error:
        if cut.is_set():
            raise Trouble("timeout") from error
        raise
    finally:
        timer.cancel()


@contextmanager
def _told_apart(step: str) -> Iterator[None]:
    """Whatever goes wrong at ``step`` as a :class:`Trouble` with a code people can be told."""
    try:
        yield
    except Trouble:
        raise
    except smtplib.SMTPAuthenticationError as error:
        raise Trouble("sign_in", _words(error.smtp_code, error.smtp_error)) from error
    except smtplib.SMTPNotSupportedError as error:
        raise Trouble("no_sign_in" if step == "sign_in" else "tls") from error
    except smtplib.SMTPResponseException as error:  # a greeting, an EHLO, an answer to DATA that is a refusal
        code = "not_smtp" if error.smtp_code == -1 else "busy" if error.smtp_code == 421 or step == "refused" else step
        raise Trouble(code, _words(error.smtp_code, error.smtp_error) if error.smtp_code > 0 else "") from error
    except ssl.SSLCertVerificationError as error:
        raise Trouble("certificate") from error
    except ssl.SSLError as error:
        raise Trouble("tls") from error
    except TimeoutError as error:
        raise Trouble("timeout") from error
    except (OSError, UnicodeError, smtplib.SMTPException) as error:
        late = isinstance(error.__context__, TimeoutError)  # smtplib makes a broken line of it
        raise Trouble(
            "timeout" if late else "broken_off" if isinstance(error, smtplib.SMTPException) else step
        ) from error


def _words(code: int, said: bytes | str) -> str:
    """The server's own words on one line; only what stands behind a code of SMTP is ever shown."""
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    return one_line(f"{code} {text}", ANSWER)
