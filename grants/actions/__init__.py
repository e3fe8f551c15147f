from grants.actions import calls, ledger, need_lists, needs, workshops

__all__ = ["calls", "ledger", "need_lists", "needs", "workshops"]
