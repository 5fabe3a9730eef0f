"""The report as one HTML file that needs no network: to look at, to search and to print."""
