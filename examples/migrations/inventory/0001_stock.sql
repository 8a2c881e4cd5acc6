CREATE TABLE stock (
    product_id TEXT    NOT NULL PRIMARY KEY,
    on_hand    INTEGER NOT NULL CHECK (on_hand >= 0),
    reserved   INTEGER NOT NULL CHECK (reserved >= 0),
    shipped    INTEGER NOT NULL CHECK (shipped >= 0),
    revision   INTEGER NOT NULL,
    read_at    INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;

-- The last changes of the stock, in order, for those who watch it.
CREATE TABLE stock_change (
    change     INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    product_id TEXT    NOT NULL,
    on_hand    INTEGER NOT NULL,
    reserved   INTEGER NOT NULL,
    shipped    INTEGER NOT NULL,
    revision   INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;

CREATE INDEX stock_changes_of_product ON stock_change (product_id, change);

CREATE TRIGGER stock_inserted AFTER INSERT ON stock BEGIN
    INSERT INTO stock_change (product_id, on_hand, reserved, shipped, revision, updated_at)
    VALUES (new.product_id, new.on_hand, new.reserved, new.shipped, new.revision, new.updated_at);
END;

CREATE TRIGGER stock_updated AFTER UPDATE ON stock WHEN new.revision > old.revision BEGIN
    INSERT INTO stock_change (product_id, on_hand, reserved, shipped, revision, updated_at)
    VALUES (new.product_id, new.on_hand, new.reserved, new.shipped, new.revision, new.updated_at);
END;

-- One that was released before it was made has no order and no items, and is deleted after some days.
CREATE TABLE reservation (
    reservation_id TEXT    NOT NULL PRIMARY KEY,
    order_id       TEXT    NOT NULL,
    state          TEXT    NOT NULL CHECK (state IN ('held', 'returned', 'shipped', 'expired')),
    created_at     INTEGER NOT NULL,
    -- When the items are returned to stock unless the reservation is repeated.
    expires_at     INTEGER NOT NULL,
    -- When the items left, which may be long before this was reported.
    shipped_at     INTEGER
) STRICT;

CREATE INDEX preventions_by_time ON reservation (created_at) WHERE order_id = '';
CREATE INDEX reservations_by_expiry ON reservation (expires_at) WHERE state = 'held';
CREATE INDEX reservations_by_shipment ON reservation (shipped_at) WHERE state = 'shipped';

CREATE TABLE reservation_item (
    reservation_id TEXT    NOT NULL REFERENCES reservation (reservation_id),
    product_id     TEXT    NOT NULL REFERENCES stock (product_id),
    quantity       INTEGER NOT NULL CHECK (quantity > 0),
    PRIMARY KEY (reservation_id, product_id)
) STRICT;
