//! The catalogue of Sencloud, and the operations that are not emulated. It names items of most
//! other files, so only `mod.rs` uses it. `4b` is a section of the fact sheet.

use super::{error, findings, operations, readings, ways};
use crate::contract::{Catalogue, not_emulated};

/// The catalogue of Sencloud.
pub static CATALOGUE: Catalogue = Catalogue {
    vendor: super::name::NAME,
    product: "Sencloud, eTelecom white label",
    page: "https://docs.sencloud.vn/api-sencloud/tong-dai/voip-api/lay-lich-su-cuoc-goi",
    credential: "`Authorization: Bearer` with the shop's key",
    operations: operations::OPERATIONS,
    not_emulated: NOT_EMULATED_OPERATIONS,
    features: &[],
    refusals: error::REFUSALS,
    readings: readings::READINGS,
    findings: findings::FINDINGS,
    inferences: findings::INFERENCES,
    common: &findings::COMMON,
    ways: ways::WAYS,
};

// The service's other methods, each under every name on the vendor's pages (4b).
not_emulated! {
    "POST" "/v1/shop.Sencloud/CreateExtension", "Creates an extension.";
    "POST" "/v1/shop.Sencloud/GetExtensionInfo", "Shows an extension.";
    "POST" "/v1/shop.Sencloud/GetExtensions", "Lists extensions.";
    "POST" "/v1/shop.Sencloud/GetHotlines", "Lists hotlines.";
    "POST" "/v1/shop.Etelecom/CreateExtension", "Creates an extension.";
    "POST" "/v1/shop.Etelecom/GetExtensionInfo", "Shows an extension.";
    "POST" "/v1/shop.Etelecom/GetExtensions", "Lists extensions.";
    "POST" "/v1/shop.Etelecom/GetHotlines", "Lists hotlines.";
    "POST" "/v1/partner.Etelecom/CreateExtension", "Creates an extension.";
    "POST" "/v1/partner.Etelecom/GetExtensionInfo", "Shows an extension.";
    "POST" "/v1/partner.Etelecom/GetExtensions", "Lists extensions.";
    "POST" "/v1/partner.Etelecom/GetPartnerHotlineList", "Lists hotlines.";
    "POST" "/v1/shop.Interits/CreateExtension", "Creates an extension.";
    "POST" "/v1/shop.Interits/GetExtensionInfo", "Shows an extension.";
    "POST" "/v1/shop.Interits/GetExtensions", "Lists extensions.";
    "POST" "/v1/shop.Webhook/CreateWebhook", "Registers a webhook.";
    "POST" "/v1/shop.Webhook/GetWebhooks", "Lists webhooks.";
    "POST" "/v1/shop.Webhook/DeleteWebhook", "Removes a webhook.";
    "POST" "/v1/partner.Webhook/CreateWebhook", "Registers a webhook.";
    "POST" "/v1/partner.Webhook/GetWebhooks", "Lists webhooks.";
    "POST" "/v1/partner.Webhook/DeleteWebhook", "Removes a webhook.";
    "POST" "/v1/shop.Misc/CurrentAccount", "Shows whose key it is.";
    "POST" "/v1/partner.Misc/CurrentAccount", "Shows whose key it is.";
}
