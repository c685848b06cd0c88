//! Lines that set the official SDKs up.

use serde_json::{Map, Value};

use crate::vendor::setup::{Setup, text};

/// The lines for a credential and a server. The SDKs take a host without a path.
pub fn lines(credentials: &Map<String, Value>, base_url: &str) -> Vec<Setup> {
    let (scheme, endpoint) = base_url.split_once("://").unwrap_or(("http", base_url));
    let part = |name: &str| text(credentials.get(name).and_then(Value::as_str).unwrap_or_default());
    let (id, secret) = (part("access_key_id"), part("access_key_secret"));
    let (endpoint, protocol) = (text(endpoint), text(&scheme.to_uppercase()));
    let instance = part("instance_id");
    let python = format!(
        "from alibabacloud_ccc20200701.client import Client\n\
         from alibabacloud_ccc20200701.models import ListCallDetailRecordsRequest\n\
         from alibabacloud_tea_openapi.models import Config\n\n\
         client = Client(Config(access_key_id={id}, access_key_secret={secret}, endpoint={endpoint}, protocol={protocol}))\n\
         request = ListCallDetailRecordsRequest(instance_id={instance}, page_number=1, page_size=10)\n\
         answer = client.list_call_detail_records(request)"
    );
    let node = format!(
        "import Client, {{ ListCallDetailRecordsRequest }} from \"@alicloud/ccc20200701\";\n\
         import {{ Config }} from \"@alicloud/openapi-client\";\n\n\
         const client = new Client.default(new Config({{\n  accessKeyId: {id},\n  accessKeySecret: {secret},\n  \
         endpoint: {endpoint},\n  protocol: {protocol},\n}}));\n\
         const request = new ListCallDetailRecordsRequest({{ instanceId: {instance}, pageNumber: 1, pageSize: 10 }});\n\
         const answer = await client.listCallDetailRecords(request);"
    );
    let java = format!(
        "var config = new com.aliyun.teaopenapi.models.Config()\n    .setAccessKeyId({id})\n    \
         .setAccessKeySecret({secret})\n    .setEndpoint({endpoint})\n    .setProtocol({protocol});\n\
         var client = new com.aliyun.ccc20200701.Client(config);\n\
         var request = new com.aliyun.ccc20200701.models.ListCallDetailRecordsRequest()\n    \
         .setInstanceId({instance}).setPageNumber(1).setPageSize(10);\n\
         var answer = client.listCallDetailRecords(request);"
    );
    let setup = |language, lines| Setup { language, lines };
    vec![setup("Python", python), setup("Node", node), setup("Java", java)]
}
