"""How safe the company's data is: what was last saved and tried, and how far what follows it has come (ORG-11)."""
