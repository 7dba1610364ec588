"""The home page: which cards there are (``counters``, ``cards``), who begins with which (``ready``), what they say (``page``) (PLT-15)."""
