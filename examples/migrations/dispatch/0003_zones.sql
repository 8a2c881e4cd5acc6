-- How couriers travel, and where they work.
ALTER TABLE courier ADD COLUMN transport_mode INTEGER;
ALTER TABLE courier ADD COLUMN zone TEXT NOT NULL DEFAULT '';

CREATE INDEX couriers_by_zone ON courier (zone, courier_id);

DROP VIEW courier_state;

-- Couriers with what they carry, if anything.
CREATE VIEW courier_state AS
SELECT courier.courier_id, display_name, on_duty, courier.latitude, courier.longitude, courier.updated_at, transport_mode, zone,
    assignment_id
FROM courier
LEFT JOIN assignment ON assignment.courier_id = courier.courier_id AND status IN ('accepted', 'picked up');
