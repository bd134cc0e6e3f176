"""HTTP: parse the request, call one verb, render."""
