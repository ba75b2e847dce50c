//! Every door of the API, at a glance.

use utoipa_actix_web::scope;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::api::keys;
use crate::documentation;

/// The operations of the API; what each asks and answers stands with its handler.
pub fn api(config: &mut ServiceConfig) {
    config.service(
        scope("/api/v1")
            // About the API itself.
            .service(documentation::read_document)
            .service(keys::list_keys),
    );
}
