CREATE TABLE courier (
    courier_id   TEXT    NOT NULL PRIMARY KEY,
    display_name TEXT    NOT NULL,
    on_duty      INTEGER NOT NULL,
    latitude     REAL,
    longitude    REAL,
    updated_at   INTEGER NOT NULL,
    -- The last sign of life.
    seen_at      INTEGER NOT NULL
) STRICT;

-- The updates that were made, so that none is made twice.
CREATE TABLE courier_update (
    courier_id      TEXT    NOT NULL REFERENCES courier (courier_id),
    idempotency_key TEXT    NOT NULL,
    seen_at         INTEGER NOT NULL,
    PRIMARY KEY (courier_id, idempotency_key)
) STRICT;

CREATE INDEX courier_updates_by_time ON courier_update (seen_at);

-- One that was cancelled before it was made has no order, and is deleted after some days.
CREATE TABLE assignment (
    sequence      INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    assignment_id TEXT    NOT NULL UNIQUE,
    order_id      TEXT    NOT NULL,
    status        TEXT    NOT NULL
        CHECK (status IN ('searching', 'accepted', 'picked up', 'delivered', 'cancelled', 'failed', 'lost')),
    courier_id    TEXT    REFERENCES courier (courier_id),
    latitude      REAL    NOT NULL,
    longitude     REAL    NOT NULL,
    created_at    INTEGER NOT NULL,
    updated_at    INTEGER NOT NULL,
    picked_up_at  INTEGER,
    -- Since when the courier has been silent with the order.
    escalated_at  INTEGER,
    -- The position of its last change.
    change        INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE INDEX preventions_by_time ON assignment (created_at) WHERE order_id = '';
CREATE INDEX assignments_of_order ON assignment (order_id, sequence);
CREATE INDEX assignments_by_status ON assignment (status);
CREATE INDEX assignments_by_change ON assignment (change);

-- A courier carries one order at a time, and an order is carried once.
CREATE UNIQUE INDEX one_live_assignment_of_courier ON assignment (courier_id)
    WHERE status IN ('accepted', 'picked up');
CREATE UNIQUE INDEX one_live_assignment_of_order ON assignment (order_id)
    WHERE status IN ('searching', 'accepted', 'picked up');

CREATE TRIGGER assignment_inserted AFTER INSERT ON assignment BEGIN
    UPDATE assignment SET change = (SELECT max(change) + 1 FROM assignment) WHERE sequence = new.sequence;
END;

CREATE TRIGGER assignment_updated AFTER UPDATE OF status, courier_id, escalated_at ON assignment BEGIN
    UPDATE assignment SET change = (SELECT max(change) + 1 FROM assignment) WHERE sequence = new.sequence;
END;

-- Who is not asked again.
CREATE TABLE refusal (
    assignment_id TEXT NOT NULL REFERENCES assignment (assignment_id),
    courier_id    TEXT NOT NULL REFERENCES courier (courier_id),
    PRIMARY KEY (assignment_id, courier_id)
) STRICT;

CREATE TABLE route (
    assignment_id   TEXT    NOT NULL PRIMARY KEY REFERENCES assignment (assignment_id),
    distance_meters INTEGER NOT NULL,
    travel_seconds  INTEGER NOT NULL,
    confirmed_at    INTEGER NOT NULL
) STRICT;

CREATE TABLE route_point (
    assignment_id TEXT    NOT NULL REFERENCES route (assignment_id) ON DELETE CASCADE,
    position      INTEGER NOT NULL,
    latitude      REAL    NOT NULL,
    longitude     REAL    NOT NULL,
    PRIMARY KEY (assignment_id, position)
) STRICT;

-- The confirmations that were made, so that none is made twice.
CREATE TABLE route_confirmation (
    assignment_id   TEXT    NOT NULL REFERENCES assignment (assignment_id),
    idempotency_key TEXT    NOT NULL,
    seen_at         INTEGER NOT NULL,
    PRIMARY KEY (assignment_id, idempotency_key)
) STRICT;

CREATE INDEX route_confirmations_by_time ON route_confirmation (seen_at);

-- Couriers with what they carry, if anything.
CREATE VIEW courier_state AS
SELECT courier.courier_id, display_name, on_duty, courier.latitude, courier.longitude, courier.updated_at, assignment_id
FROM courier
LEFT JOIN assignment ON assignment.courier_id = courier.courier_id AND status IN ('accepted', 'picked up');

-- One row: what signs page tokens.
CREATE TABLE service_state (
    only_row INTEGER NOT NULL PRIMARY KEY CHECK (only_row = 1),
    secret   BLOB    NOT NULL
) STRICT;

INSERT INTO service_state (only_row, secret) VALUES (1, randomblob(32));
