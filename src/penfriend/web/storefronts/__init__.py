"""What the shop systems that people have post of themselves, mapped onto our events by a table each."""

from penfriend.web.storefronts.saying import Storefront
from penfriend.web.storefronts.shopify import SHOPIFY
from penfriend.web.storefronts.woocommerce import WOOCOMMERCE

STOREFRONTS = {one.name: one for one in (SHOPIFY, WOOCOMMERCE)}
"""By name, as in the address of the webhook."""

__all__ = ["STOREFRONTS", "Storefront"]
