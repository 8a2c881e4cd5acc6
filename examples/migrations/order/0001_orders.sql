-- What never changes about an order, and where it stands with the services that help.
CREATE TABLE orders (
    sequence        INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    order_id        TEXT    NOT NULL UNIQUE,
    -- A key belongs to the customer, until it expires.
    idempotency_key TEXT,
    customer_id     TEXT    NOT NULL,
    recipient       TEXT    NOT NULL,
    street          TEXT    NOT NULL,
    postal_code     TEXT    NOT NULL,
    city            TEXT    NOT NULL,
    latitude        REAL    NOT NULL,
    longitude       REAL    NOT NULL,
    created_at      INTEGER NOT NULL,
    -- Its newest revision, and the status of that.
    newest          INTEGER NOT NULL,
    newest_status   TEXT    NOT NULL,
    -- The status that it gets once it is undone.
    undo_to         TEXT,
    -- When its next step is due; null once it has ended.
    due_at          INTEGER,
    -- How often the next step has failed in a row.
    failures        INTEGER NOT NULL DEFAULT 0,
    -- The lease: its number, its end, and whether the order became due meanwhile.
    lease           INTEGER NOT NULL DEFAULT 0,
    leased_until    INTEGER NOT NULL DEFAULT 0,
    woken           INTEGER NOT NULL DEFAULT 0,
    -- When its reservation is to be repeated, so that it does not expire.
    renew_at        INTEGER NOT NULL DEFAULT 0,
    -- The error with which it failed at once.
    refusal_code    INTEGER,
    refusal_type    TEXT,
    refusal_detail  BLOB
) STRICT;

CREATE UNIQUE INDEX one_order_a_key ON orders (customer_id, idempotency_key);
CREATE INDEX orders_of_customer ON orders (customer_id, sequence);
CREATE INDEX orders_by_due_time ON orders (due_at) WHERE due_at IS NOT NULL;

CREATE TABLE order_item (
    order_id   TEXT    NOT NULL REFERENCES orders (order_id),
    position   INTEGER NOT NULL,
    product_id TEXT    NOT NULL,
    quantity   INTEGER NOT NULL CHECK (quantity > 0),
    PRIMARY KEY (order_id, position)
) STRICT;

-- All that a customer sees change about an order: a row for each change.
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
SELECT sequence, order_id, customer_id, recipient, street, postal_code, city, latitude, longitude, created_at, undo_to,
       failures, renew_at, refusal_code, refusal_type, refusal_detail, newest, revision, status, reason, note,
       contact_phone, leave_at_door, changed_at
FROM orders JOIN order_revision USING (order_id);

-- The updates that were made, so that none is made twice.
CREATE TABLE order_update (
    order_id        TEXT    NOT NULL REFERENCES orders (order_id),
    idempotency_key TEXT    NOT NULL,
    seen_at         INTEGER NOT NULL,
    PRIMARY KEY (order_id, idempotency_key)
) STRICT;

CREATE INDEX order_updates_by_time ON order_update (seen_at);

-- The calls of other services that have to succeed. Only success removes one.
CREATE TABLE obligation (
    order_id    TEXT    NOT NULL REFERENCES orders (order_id),
    kind        TEXT    NOT NULL CHECK (kind IN ('return stock', 'ship stock')),
    -- The time of the event that the call reports.
    happened_at INTEGER,
    created_at  INTEGER NOT NULL,
    due_at      INTEGER NOT NULL,
    failures    INTEGER NOT NULL DEFAULT 0,
    last_error  TEXT    NOT NULL DEFAULT '',
    refused     INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (order_id, kind)
) STRICT;

CREATE INDEX obligations_by_due_time ON obligation (due_at);

-- One row: the last change of an assignment that was seen, and what signs page tokens.
CREATE TABLE service_state (
    only_row INTEGER NOT NULL PRIMARY KEY CHECK (only_row = 1),
    position INTEGER NOT NULL,
    secret   BLOB    NOT NULL
) STRICT;

INSERT INTO service_state (only_row, position, secret) VALUES (1, 0, randomblob(32));
