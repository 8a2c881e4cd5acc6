//! The courier service.

use rust_svc::{Context, Result, Violations, async_trait};

use super::{service::Dispatch, store::CourierUpdate};
use crate::{
    generated::dispatch::v1::{
        CourierService, GetCourierStatusRequest, GetCourierStatusResponse, ListAvailableRequest, ListAvailableResponse,
        ListZonesRequest, ListZonesResponse, UpdateCourierStatusRequest, UpdateCourierStatusResponse,
        courier::{Availability, TransportMode},
        stream_assignments_response::Event,
    },
    lists::page_token::PageTokens,
    validation,
};

const MAX_NAME: usize = 200;

#[async_trait]
impl CourierService for Dispatch {
    async fn get_courier_status(
        &self,
        _: Context,
        request: GetCourierStatusRequest,
    ) -> Result<GetCourierStatusResponse> {
        let courier = self.store.courier(&request.courier_id).await?;
        Ok(GetCourierStatusResponse { courier })
    }

    async fn update_courier_status(
        &self,
        _: Context,
        request: UpdateCourierStatusRequest,
    ) -> Result<UpdateCourierStatusResponse> {
        let update = courier_update(request)?;
        let is_off_duty = update.on_duty == Some(false);
        let (courier, took_effect) = self.store.update_courier(update).await?;
        if !took_effect {
            return Ok(UpdateCourierStatusResponse { courier });
        }
        if is_off_duty {
            self.connections().go_off_duty(&courier.courier_id);
        }
        self.connections().send(&courier.courier_id, Event::Courier(courier.clone()));
        self.spawn_matching();
        Ok(UpdateCourierStatusResponse { courier })
    }

    async fn list_available(&self, _: Context, request: ListAvailableRequest) -> Result<ListAvailableResponse> {
        let size = validation::page_size(request.page_size)?;
        // One more than the page has, to detect the last page.
        let kind = format!("available couriers of {}", request.zone);
        let tokens = PageTokens::new(&self.store.secret().await?, &kind);
        let after = tokens.read::<String>(&request.page_token)?.unwrap_or_default();
        let mut couriers = self.store.available(&request.zone, &after, size + 1).await?;
        let size = usize::try_from(size).unwrap_or(usize::MAX);
        let is_last = couriers.len() <= size;
        couriers.truncate(size);
        let last = couriers.last().filter(|_| !is_last);
        let next_page_token = last.map(|last| tokens.write(&last.courier_id)).unwrap_or_default();
        Ok(ListAvailableResponse { couriers, next_page_token })
    }

    async fn list_zones(&self, _: Context, _: ListZonesRequest) -> Result<ListZonesResponse> {
        Ok(ListZonesResponse { zones: self.store.zones().await? })
    }
}

fn courier_update(request: UpdateCourierStatusRequest) -> Result<CourierUpdate> {
    let mut violations = Violations::default();
    validation::check_length(&mut violations, "idempotency_key", &request.idempotency_key, validation::MAX_ID);
    validation::check_id(&mut violations, "courier_id", &request.courier_id);
    let display_name = request.display_name.as_deref().unwrap_or_default();
    validation::check_length(&mut violations, "display_name", display_name, MAX_NAME);
    if let Some(position) = &request.position {
        validation::check_place(&mut violations, "position.", position.latitude, position.longitude);
    }
    validation::check_length(&mut violations, "zone", request.zone.as_deref().unwrap_or_default(), validation::MAX_ID);
    if let Some(TransportMode::Unrecognized(_)) = request.transport_mode {
        violations.add("transport_mode", "is not known here");
    }
    let on_duty = on_duty(&mut violations, request.availability);
    validation::into_result(violations)?;
    Ok(CourierUpdate {
        courier_id: request.courier_id,
        key: request.idempotency_key,
        display_name: request.display_name,
        on_duty,
        position: request.position,
        transport_mode: request.transport_mode,
        zone: request.zone,
    })
}

fn on_duty(violations: &mut Violations, availability: Option<Availability>) -> Option<bool> {
    match availability {
        None => None,
        Some(Availability::Available) => Some(true),
        Some(Availability::OffDuty) => Some(false),
        Some(Availability::Busy) => {
            violations.add("availability", "cannot be set to busy: accepting an offer does that");
            None
        }
        Some(Availability::Unrecognized(_)) => {
            violations.add("availability", "is not known here");
            None
        }
    }
}
