from grants.actions import calls, ledger, needs, workshops

__all__ = ["calls", "ledger", "needs", "workshops"]
