"""What the pages of figures show: one file a page; every figure goes through the scope of the list it opens, so both show the same."""
