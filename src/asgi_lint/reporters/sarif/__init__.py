"""SARIF 2.1.0 (errata 01) as GitHub code scanning and the SARIF viewers read it."""
