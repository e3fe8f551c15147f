from grants.actions import calls, ledger

__all__ = ["calls", "ledger"]
