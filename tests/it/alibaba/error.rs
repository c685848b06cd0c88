//! 2.4, 2.5, 3.1, 3.2, B7: how refusals look.

use super::client::Style;
use super::{CALLS, page, reading};
use crate::mock::{Mock, send};

#[tokio::test]
async fn instances_that_are_unknown_or_out_of_service_are_refused() {
    let mock = Mock::of(CALLS).await;
    for (instance, status, code, message) in [
        ("nowhere", 404, "NotExists.InstanceId", "The specified instance nowhere does not exist."),
        ("stopped", 403, "AbnormalService.Ceased", "Service abnormal. The instance stopped is stopped."),
        (
            "creating",
            403,
            "AbnormalService.Creating",
            "Service abnormal. The instance creating is being created.",
        ),
        (
            "disabled",
            403,
            "AbnormalService.Disabled",
            "Service abnormal. Call center service of disabled is not enabled.",
        ),
    ] {
        let answer = page().with("InstanceId", instance).send(&mock).await;
        let body = answer.json();
        assert_eq!(answer.status, status);
        assert_eq!((&body["Code"], &body["Message"]), (&code.into(), &message.into()));
    }
    // Another key's instance is nobody's to this one.
    let others = page().key("sts").token("TOKEN+/=").with("InstanceId", "stopped").send(&mock).await;
    assert_eq!(others.json()["Code"], "NotExists.InstanceId");
}

#[tokio::test]
async fn the_call_centres_refusals_have_the_members_that_the_reading_says_and_the_gateways_its_own() {
    let own = ["RequestId", "Code", "Message", "HttpStatusCode"];
    let gateway = ["RequestId", "HostId", "Code", "Message", "Recommend"];
    let union = ["RequestId", "HostId", "Code", "Message", "Recommend", "HttpStatusCode"];
    for (option, members) in [("union", &union[..]), ("gateway", &gateway), ("ccc", &own)] {
        let mock = Mock::of(&reading(CALLS, &format!("alibaba.error_shape: {option}"))).await;
        let answer = page().with("PageNumber", "0").send(&mock).await;
        let body = answer.json();
        assert_eq!(body.as_object().unwrap().keys().collect::<Vec<_>>(), members, "{option}");
        if option == "union" {
            assert_eq!(
                (&body["HttpStatusCode"], &body["HostId"]),
                (&400.into(), &mock.address.to_string().into())
            );
            let id = body["RequestId"].as_str().unwrap();
            let link =
                format!("https://api.aliyun.com/troubleshoot?q=Parameter.Minimum&product=CCC&requestId={id}");
            assert_eq!(body["Recommend"], link);
        }
        let refused = page().secret("wrong").send(&mock).await.json();
        assert_eq!(refused.as_object().unwrap().keys().collect::<Vec<_>>(), gateway, "{option}");
    }
}

#[tokio::test]
async fn errors_are_xml_where_format_asks_for_it() {
    let mock = Mock::of(CALLS).await;
    let answer = mock.get("/?Action=Nothing&Format=XML").await;
    assert_eq!((answer.status, answer.header("content-type")), (404, "text/xml;charset=utf-8"));
    let id = answer.header("x-acs-request-id");
    let host = mock.address;
    assert_eq!(
        answer.body,
        format!(
            "<?xml version='1.0' encoding='UTF-8'?><Error><RequestId>{id}</RequestId><HostId>{host}</HostId>\
             <Code>InvalidAction.NotFound</Code>\
             <Message>Specified api is not found, please check your url and method.</Message>\
             <Recommend><![CDATA[https://api.aliyun.com/troubleshoot?q=InvalidAction.NotFound&product=CCC&requestId={id}]]></Recommend></Error>"
        )
    );
    // XML has no control characters.
    let answer = page().with("Format", "XML").with("InstanceId", "a\u{0}<b").send(&mock).await;
    assert!(
        answer.body.contains("<Message>The specified instance a\u{fffd}&lt;b does not exist.</Message>"),
        "{}",
        answer.body
    );
    assert!(answer.body.contains("<HttpStatusCode>404</HttpStatusCode>"));
    let answer = page().with("Format", "XML").with("InstanceId", "a\u{ffff}\u{85}b").send(&mock).await;
    assert!(answer.body.contains("instance a\u{fffd}\u{85}b does"), "{}", answer.body);
    assert!(mock.get("/?Format=XML&a=%ff").await.body.contains("<Code>RequestParameterMalformed</Code>"));
    // What is wrong with the format itself is told in JSON.
    assert_eq!(mock.get("/?Action=Nothing&Format=YAML").await.json()["Code"], "InvalidParameter.Format");
    let denied = page().with("Format", "XML").key("denied").send(&mock).await;
    assert!(
        denied.body.contains("<AccessDeniedDetail><AuthAction>ccc:ListCallDetailRecords</AuthAction>"),
        "{}",
        denied.body
    );
}

#[tokio::test]
async fn action_and_version_come_from_query_form_or_headers() {
    let mock = Mock::of(CALLS).await;
    let signed_action = page().style(Style::Acs3).with("Action", "ListCallDetailRecords").send(&mock).await;
    assert_eq!(signed_action.status, 200);
    for (path, code, status) in [
        ("/?a=b", "InvalidAction.NotFound", 404),
        ("/?Action=", "InvalidAction.NotFound", 404),
        ("/?Action=ListCallDetailRecordsV2", "InvalidAction.NotFound", 404),
        ("/?Action=ListCallDetailRecords", "MissingVersion", 400),
        ("/?Action=ListCallDetailRecords&Version=2017-07-05", "InvalidVersion", 400),
        ("/?Action=ListCallDetailRecords&Action=ListCallDetailRecords", "InvalidAction", 400),
        ("/?Action=%zz", "RequestParameterMalformed", 400),
        ("/?Action=ListCallDetailRecords&x=%ff", "RequestParameterMalformed", 400),
    ] {
        let answer = mock.get(path).await;
        let body = answer.json();
        assert_eq!((answer.status, body["Code"].as_str().unwrap()), (status, code), "{path}");
    }
    let form = mock.request("POST", "/").header("content-type", "application/x-www-form-urlencoded");
    let form = send(form.body("Action=ListCallDetailRecords&Version=2020-07-01")).await;
    assert_eq!(form.json()["Code"], "MissingAccessKeyId");
    // The older style's SDKs send these headers too, but there they name nothing.
    for name in ["Action", "Version"] {
        let call = page()
            .without(name)
            .header("x-acs-action", "ListCallDetailRecords")
            .header("x-acs-version", "2020-07-01");
        let code = call.send(&mock).await.json()["Code"].take();
        assert_eq!(code, if name == "Action" { "InvalidAction.NotFound" } else { "MissingVersion" });
    }
    let headers = mock.request("POST", "/").header("x-acs-action", "ListCallDetailRecords");
    let answer = send(headers.header("x-acs-version", "2020-07-01")).await;
    assert_eq!(answer.json()["Code"], "MissingAccessKeyId");
}

#[tokio::test]
async fn other_methods_are_refused_in_the_gateways_envelope() {
    let mock = Mock::of(CALLS).await;
    for method in ["PUT", "DELETE", "PATCH", "OPTIONS", "PROPFIND"] {
        let answer = send(mock.request(method, "/?Action=ListCallDetailRecords")).await;
        let body = answer.json();
        assert_eq!((answer.status, &body["Code"]), (403, &"UnsupportedHTTPMethod".into()), "{method}");
        assert_eq!(body["Message"], "This http method is not supported.");
    }
    assert_eq!(send(mock.request("HEAD", "/?Action=ListCallDetailRecords")).await.status, 403);
}
