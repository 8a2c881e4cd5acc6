//! Updates of the instructions for the courier (AIP-134).

use rust_svc::{Error, FieldMask, Result, Violations};

use super::{
    draft,
    service::Orders,
    store::{Change, OrderStoreError},
};
use crate::{
    generated::order::v1::{DeliveryInstructions, Order, UpdateOrderRequest},
    validation,
};

/// The maximum number of attempts if others change the order meanwhile.
const TRIES: usize = 10;

/// The fields that can be changed.
const NOTE: &str = "instructions.note";
const CONTACT_PHONE: &str = "instructions.contact_phone";
const LEAVE_AT_DOOR: &str = "instructions.leave_at_door";

impl Orders {
    /// Changes the fields in the mask.
    pub(super) async fn update(&self, request: UpdateOrderRequest) -> Result<Order> {
        let patch = Patch::of(&request)?;
        let id = &request.order.order_id;
        for _ in 0..TRIES {
            let now = self.store.order(id).await?;
            let instructions = patch.apply(now.order.instructions.clone().unwrap_or_default());
            let revision = etag(&request.order.etag)?.unwrap_or(now.revision);
            let change = Change { key: request.idempotency_key.clone(), revision, instructions };
            match self.store.instruct(id, change).await {
                Err(OrderStoreError::Outdated) if request.order.etag.is_empty() => (),
                changed => return Ok(changed?.order),
            }
        }
        Err(Error::aborted("the order is being changed by others: try again"))
    }
}

fn etag(etag: &str) -> Result<Option<i64>> {
    if etag.is_empty() {
        return Ok(None);
    }
    etag.parse().map(Some).map_err(|_| validation::invalid_field("order.etag", "is not one of this order"))
}

/// New instructions, and the mask of the fields to change.
#[derive(Debug)]
struct Patch {
    mask: FieldMask,
    new: DeliveryInstructions,
}

impl Patch {
    fn of(request: &UpdateOrderRequest) -> Result<Self> {
        let mask = mask(request)?;
        let new = request.order.instructions.clone().unwrap_or_default();
        let mut violations = Violations::default();
        validation::check_id(&mut violations, "order.order_id", &request.order.order_id);
        validation::check_length(&mut violations, "idempotency_key", &request.idempotency_key, validation::MAX_ID);
        draft::check_instructions(&mut violations, "order.instructions", &new);
        validation::into_result(violations)?;
        Ok(Self { mask, new })
    }

    fn apply(&self, now: DeliveryInstructions) -> DeliveryInstructions {
        let new = self.new.clone();
        DeliveryInstructions {
            note: if self.mask.contains(NOTE) { new.note } else { now.note },
            contact_phone: if self.mask.contains(CONTACT_PHONE) { new.contact_phone } else { now.contact_phone },
            leave_at_door: if self.mask.contains(LEAVE_AT_DOOR) { new.leave_at_door } else { now.leave_at_door },
        }
    }
}

/// The mask, which defaults to the fields of the request. Identifier and etag are ignored.
fn mask(request: &UpdateOrderRequest) -> Result<FieldMask> {
    let mut mask = request.update_mask.clone().unwrap_or_default();
    mask.paths.retain(|path| !["order_id", "etag"].contains(&path.as_str()));
    let known = ["*", "instructions", NOTE, CONTACT_PHONE, LEAVE_AT_DOOR];
    if let Some(wrong) = mask.paths.iter().find(|path| !known.contains(&path.as_str())) {
        let message = format!("names `{wrong}`, which cannot be changed; what can be is `instructions`");
        return Err(validation::invalid_field("update_mask", &message));
    }
    if mask.is_empty() && request.order.instructions.is_some() {
        return Ok(FieldMask::new(["instructions"]));
    }
    if mask.is_empty() {
        return Err(validation::invalid_field(
            "update_mask",
            "names nothing to change; what can be changed is `instructions`",
        ));
    }
    Ok(mask)
}

#[cfg(test)]
mod tests {
    use rust_svc::FieldMask;

    use super::{DeliveryInstructions, Order, Patch, UpdateOrderRequest};

    fn request(paths: &[&str], instructions: Option<DeliveryInstructions>) -> UpdateOrderRequest {
        UpdateOrderRequest {
            order: Order { order_id: "o1".into(), instructions, ..Order::default() },
            update_mask: Some(FieldMask::new(paths.iter().copied())),
            idempotency_key: String::new(),
        }
    }

    fn instructions(note: &str, leave_at_door: bool) -> DeliveryInstructions {
        DeliveryInstructions { note: note.into(), contact_phone: "1".into(), leave_at_door }
    }

    #[test]
    fn changes_the_fields_of_the_mask() {
        let cases: [(&[&str], DeliveryInstructions); 4] = [
            (&["instructions.note"], instructions("new", false)),
            (&["instructions.leave_at_door", "etag"], instructions("old", true)),
            (&["instructions"], DeliveryInstructions { contact_phone: String::new(), ..instructions("new", true) }),
            (&[], DeliveryInstructions { contact_phone: String::new(), ..instructions("new", true) }),
        ];
        for (paths, expected) in cases {
            let new = DeliveryInstructions { contact_phone: String::new(), ..instructions("new", true) };
            let patch = Patch::of(&request(paths, Some(new))).expect("a patch");
            assert_eq!(patch.apply(instructions("old", false)), expected, "{paths:?}");
        }
    }

    #[test]
    fn clears_absent_fields_of_the_mask() {
        let patch = Patch::of(&request(&["instructions"], None)).expect("a patch");
        assert_eq!(patch.apply(instructions("old", true)), DeliveryInstructions::default());
    }

    #[test]
    fn rejects_fields_that_cannot_be_changed() {
        for paths in [&["status"] as &[&str], &["instructions.color"], &[], &["etag"]] {
            let error = Patch::of(&request(paths, None)).expect_err("refused");
            assert_eq!(error.violations()[0].field, "update_mask", "{paths:?}");
        }
    }
}
