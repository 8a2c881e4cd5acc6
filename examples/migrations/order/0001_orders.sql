-- What never changes about an order, and where it stands with the services that help.
CREATE TABLE orders (
    sequence        INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    order_id        TEXT    NOT NULL UNIQUE,
    idempotency_key TEXT    UNIQUE,
    customer_id     TEXT    NOT NULL,
    recipient       TEXT    NOT NULL,
    street          TEXT    NOT NULL,
    postal_code     TEXT    NOT NULL,
    city            TEXT    NOT NULL,
    latitude        REAL    NOT NULL,
    longitude       REAL    NOT NULL,
    created_at      INTEGER NOT NULL,
    -- How often it was tried to place it; reservations and assignments are named after it.
    attempt         INTEGER NOT NULL,
    -- It failed while it was placed, and may be tried again.
    retryable       INTEGER NOT NULL,
    -- Its newest revision, and the status of that.
    newest          INTEGER NOT NULL,
    newest_status   TEXT    NOT NULL
) STRICT;

CREATE INDEX orders_of_customer ON orders (customer_id, sequence);
CREATE INDEX orders_by_status ON orders (newest_status);

CREATE TABLE order_item (
    order_id   TEXT    NOT NULL REFERENCES orders (order_id),
    position   INTEGER NOT NULL,
    product_id TEXT    NOT NULL,
    quantity   INTEGER NOT NULL CHECK (quantity > 0),
    PRIMARY KEY (order_id, position)
) STRICT;

-- All that changes about an order: a row for each change.
CREATE TABLE order_revision (
    order_id      TEXT    NOT NULL REFERENCES orders (order_id),
    revision      INTEGER NOT NULL,
    status        TEXT    NOT NULL,
    reason        TEXT    NOT NULL,
    note          TEXT,
    contact_phone TEXT,
    leave_at_door INTEGER,
    changed_at    INTEGER NOT NULL,
    PRIMARY KEY (order_id, revision)
) STRICT;

CREATE VIEW order_state AS
SELECT sequence, order_id, customer_id, recipient, street, postal_code, city, latitude, longitude, created_at, attempt,
       retryable, newest, revision, status, reason, note, contact_phone, leave_at_door, changed_at
FROM orders JOIN order_revision USING (order_id);

-- The updates that were made, so that none is made twice.
CREATE TABLE order_update (
    order_id        TEXT NOT NULL REFERENCES orders (order_id),
    idempotency_key TEXT NOT NULL,
    PRIMARY KEY (order_id, idempotency_key)
) STRICT;

-- The calls of other services that are still to be made.
CREATE TABLE outbox (
    order_id TEXT    NOT NULL REFERENCES orders (order_id),
    attempt  INTEGER NOT NULL,
    kind     TEXT    NOT NULL CHECK (kind IN ('return stock', 'ship stock', 'cancel assignment')),
    PRIMARY KEY (order_id, attempt, kind)
) STRICT;
