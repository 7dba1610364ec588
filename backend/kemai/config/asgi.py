"""The application for an ASGI server: everything on one port."""

from kemai.config.dispatcher import Dispatcher
from kemai.config.stream import stream
from kemai.config.wsgi import application as wsgi_application

application = Dispatcher(wsgi_application, stream)
