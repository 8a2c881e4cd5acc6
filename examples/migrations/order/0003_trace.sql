-- The trace of the request that placed an order, as `traceparent`.
ALTER TABLE orders ADD COLUMN trace TEXT;

DROP VIEW order_state;
CREATE VIEW order_state AS
SELECT sequence, order_id, customer_id, recipient, street, postal_code, city, latitude, longitude, created_at, undo_to,
       failures, renew_at, refusal_code, refusal_type, refusal_detail, trace, newest, revision, status, reason, note,
       contact_phone, leave_at_door, changed_at,
       (SELECT earlier.status FROM order_revision AS earlier
        WHERE earlier.order_id = orders.order_id AND earlier.revision = order_revision.revision - 1) AS previous_status
FROM orders JOIN order_revision USING (order_id);
