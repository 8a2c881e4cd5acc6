-- The price of one piece, as the customer was quoted it; null if the order has no prices.
ALTER TABLE order_item ADD COLUMN currency_code TEXT;
ALTER TABLE order_item ADD COLUMN minor_units INTEGER;
