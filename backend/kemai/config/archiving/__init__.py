"""The continuous archive of the embedded server: every change within half a minute, every moment of the last days back (ORG-11, F-10)."""
