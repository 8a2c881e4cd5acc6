//! The prices and the total of an order.

use rust_svc::Violations;

use crate::generated::order::v1::{Money, OrderItem};

/// The highest price of one piece, so that the total of any order fits in 64 bits.
const MAX_PRICE: i64 = 1_000_000_000;

/// Checks that all items have a price in one currency, or none has one.
pub(super) fn check(violations: &mut Violations, items: &[OrderItem]) {
    let first = items.first().and_then(|item| item.unit_price.as_ref());
    for (index, item) in items.iter().enumerate() {
        let field = format!("items[{index}].unit_price");
        match (first, &item.unit_price) {
            (None, None) => (),
            (None, Some(_)) => violations.add(&field, "must not be set, because the first item has no price"),
            (Some(_), None) => violations.add(&field, "must be set, because the first item has a price"),
            (Some(first), Some(price)) => check_price(violations, &field, price, &first.currency_code),
        }
    }
}

fn check_price(violations: &mut Violations, field: &str, price: &Money, currency: &str) {
    let code = &price.currency_code;
    if code.len() != 3 || !code.bytes().all(|byte| byte.is_ascii_uppercase()) {
        violations.add(&format!("{field}.currency_code"), "must be three capital letters, such as EUR");
    } else if code != currency {
        violations.add(&format!("{field}.currency_code"), "must be the currency of the first item");
    }
    if !(0..=MAX_PRICE).contains(&price.minor_units) {
        violations.add(&format!("{field}.minor_units"), format!("must be 0 to {MAX_PRICE}"));
    }
}

/// Returns the sum of all items; `None` if they have no prices.
pub(in crate::order) fn total(items: &[OrderItem]) -> Option<Money> {
    let currency_code = items.first()?.unit_price.as_ref()?.currency_code.clone();
    let amounts = items.iter().map(|item| {
        let price = item.unit_price.as_ref().map_or(0, |price| price.minor_units);
        price.saturating_mul(item.quantity.into())
    });
    Some(Money { currency_code, minor_units: amounts.fold(0, i64::saturating_add) })
}

#[cfg(test)]
mod tests {
    use rust_svc::Violations;

    use super::{check, total};
    use crate::generated::order::v1::{Money, OrderItem};

    /// An item with a price, such as `2 EUR 350`: two pieces at 3.50 euros each.
    fn item(text: &str) -> OrderItem {
        let mut words = text.split(' ');
        let quantity = words.next().and_then(|word| word.parse().ok()).expect("a quantity");
        let unit_price = words.next().map(|code| Money {
            currency_code: code.to_owned(),
            minor_units: words.next().and_then(|word| word.parse().ok()).expect("an amount"),
        });
        OrderItem { product_id: "tea".into(), quantity, unit_price }
    }

    fn items(texts: &[&str]) -> Vec<OrderItem> {
        texts.iter().map(|text| item(text)).collect()
    }

    #[test]
    fn an_order_has_one_currency_or_none() {
        for (texts, expected) in [
            (&["1", "2"][..], &[][..]),
            (&["1 EUR 350", "2 EUR 0"], &[]),
            (&["1 EUR 350", "2 NOK 1"], &["items[1].unit_price.currency_code"]),
            (&["1 EUR 350", "2"], &["items[1].unit_price"]),
            (&["1", "2 EUR 350"], &["items[1].unit_price"]),
            (&["1 eur 1"], &["items[0].unit_price.currency_code"]),
            (&["1 EURO 1"], &["items[0].unit_price.currency_code"]),
            (
                &["1 EUR -1", "1 EUR 1000000001"],
                &["items[0].unit_price.minor_units", "items[1].unit_price.minor_units"],
            ),
        ] {
            let mut violations = Violations::default();
            check(&mut violations, &items(texts));
            let fields: Vec<_> = violations.into_vec().into_iter().map(|violation| violation.field).collect();
            assert_eq!(fields, expected, "{texts:?}");
        }
    }

    #[test]
    fn a_total_is_the_sum_of_all_items() {
        let total = |texts: &[&str]| total(&items(texts)).map(|total| (total.currency_code, total.minor_units));
        assert_eq!(total(&["2 EUR 350", "3 EUR 1"]), Some(("EUR".to_owned(), 703)));
        assert_eq!(total(&["2"]), None);
        let largest = ["1000000 EUR 1000000000"; 1_000];
        assert_eq!(total(&largest), Some(("EUR".to_owned(), 1_000_000_000_000_000_000)));
    }
}
