"""The compiled engine: distance, gates, specs, score and the best K in one pass over a blocked index.

Imported only where a market is large enough to repay it (:mod:`matching.ranking` decides); it gives the answers of
:mod:`matching.pairs` bit for bit, because both do the same arithmetic in the same order.
"""
