//! A broker with TLS, SASL/SCRAM and access control: what works, and what is said when it does not.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

use super::audit::Expected;
use super::broker;
use super::feed;
use super::node::script;
use super::service::{Configuration, Service, configure_with};
use super::topics::Topics;
use crate::project;

const PASSWORD: &str = "w1se-horse";
const SCRAM_MODULE: &str = "org.apache.kafka.common.security.scram.ScramLoginModule";

/// A program that gives rights, which Java runs from its source.
fn source() -> PathBuf {
    project::root().join("tests/whole_program/kafka/Allow.java")
}

/// A broker that lets in `mingjian`, who may do what a service does, `nobody`, who may do nothing,
/// and `admin`.
struct SecuredBroker {
    folder: TempDir,
    port: u16,
    broker: Child,
}

impl SecuredBroker {
    fn start() -> Self {
        // The shared broker's start has fetched the artifacts.
        broker::bootstrap();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path();
        make_certificates(path);
        let [port, controller] = [free_port(), free_port()];
        fs::write(path.join("server.properties"), settings(path, port, controller)).unwrap();
        let scram = |user| format!("SCRAM-SHA-256=[name={user},password={PASSWORD}]");
        let mut format = java("kafka.tools.StorageTool");
        format.args(["format", "-t", "MkU3OEVBNTcwNTJENDM2Qg", "-c"]);
        format.arg(path.join("server.properties"));
        for user in ["admin", "mingjian", "nobody"] {
            format.args(["--add-scram", &scram(user)]);
        }
        let formatted = format.output().unwrap();
        assert!(formatted.status.success(), "{}", String::from_utf8_lossy(&formatted.stdout));
        let mut broker = java("kafka.Kafka")
            .arg(path.join("server.properties"))
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(broker.stdout.take().unwrap()).lines();
        let is_started =
            lines.by_ref().any(|line| line.is_ok_and(|line| line.contains("Kafka Server started")));
        assert!(is_started, "the secured broker does not start");
        // What it says later goes nowhere, but must be taken.
        std::thread::spawn(move || lines.for_each(drop));
        Self { folder, port, broker }
    }

    /// Client settings of a user.
    fn client(&self, user: &str, password: &str, ca: &str) -> Vec<(&'static str, String)> {
        vec![
            ("security.protocol", "SASL_SSL".to_owned()),
            ("sasl.mechanism", "SCRAM-SHA-256".to_owned()),
            ("sasl.username", user.to_owned()),
            ("sasl.password", password.to_owned()),
            ("ssl.ca.location", self.folder.path().join(ca).display().to_string()),
        ]
    }

    fn topics(&self, test: &str) -> Topics {
        Topics::at(&format!("localhost:{}", self.port), test, feed::PARTITIONS)
            .with_settings(&self.client("admin", PASSWORD, "ca.pem"))
    }

    /// Gives a user the rights that docs/operations.md names.
    fn allow(&self, user: &str, topics: &Topics) {
        let file = self.folder.path().join("admin.properties");
        let settings = format!(
            "bootstrap.servers=localhost:{}
security.protocol=SASL_SSL
sasl.mechanism=SCRAM-SHA-256
sasl.jaas.config={SCRAM_MODULE} required username=\"admin\" password=\"{PASSWORD}\";
ssl.truststore.location={}
ssl.truststore.type=PEM
",
            self.port,
            self.folder.path().join("ca.pem").display()
        );
        fs::write(&file, settings).unwrap();
        let transactional_id = format!("{}-0", topics.group);
        let mut allow = java(source().to_str().unwrap());
        allow.arg(file).arg(user);
        allow.args(["topic", &topics.input, "read"]);
        allow.args(["topic", &topics.review, "write"]);
        allow.args(["topic", &topics.dead_letters, "write"]);
        allow.args(["group", &topics.group, "read"]);
        allow.args(["transactional-id", &transactional_id, "write"]);
        let done = allow.output().unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    }

    /// A service as this user.
    fn service(&self, topics: &Topics, user: &str, password: &str, ca: &str) -> Service {
        Service::start(&self.configure(topics, user, password, ca))
    }

    fn configure(&self, topics: &Topics, user: &str, password: &str, ca: &str) -> Configuration {
        let settings: String = self
            .client(user, password, ca)
            .into_iter()
            .map(|(key, value)| format!("\"{key}\" = '{value}'\n"))
            .collect();
        configure_with(topics, &format!("[kafka.properties]\n{settings}"))
    }
}

impl Drop for SecuredBroker {
    fn drop(&mut self) {
        let _ = self.broker.kill();
        let _ = self.broker.wait();
    }
}

/// A port that was free a moment ago.
fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn java(class: &str) -> Command {
    let lib = std::env::var_os("KAFKA_DEV_LIB")
        .map_or_else(|| project::root().join(".kafka/lib"), PathBuf::from);
    let log = script().with_file_name("kafka").join("log4j2.properties");
    let mut java = Command::new("java");
    java.args(["-Xms384m", "-Xmx384m"])
        .arg(format!("-Dlog4j2.configurationFile={}", log.display()));
    java.arg("-cp").arg(format!("{}/*", lib.display())).arg(class).stdin(Stdio::null());
    java
}

fn settings(folder: &Path, port: u16, controller: u16) -> String {
    let folder = folder.display();
    format!(
        "process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{controller}
controller.listener.names=CONTROLLER
listeners=SASL_SSL://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=SASL_SSL://localhost:{port}
listener.security.protocol.map=SASL_SSL:SASL_SSL,CONTROLLER:PLAINTEXT
inter.broker.listener.name=SASL_SSL
sasl.enabled.mechanisms=SCRAM-SHA-256
sasl.mechanism.inter.broker.protocol=SCRAM-SHA-256
listener.name.sasl_ssl.scram-sha-256.sasl.jaas.config={SCRAM_MODULE} required username=\"admin\" password=\"{PASSWORD}\";
ssl.keystore.location={folder}/broker.p12
ssl.keystore.type=PKCS12
ssl.keystore.password={PASSWORD}
ssl.truststore.location={folder}/broker.p12
ssl.truststore.type=PKCS12
ssl.truststore.password={PASSWORD}
authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
super.users=User:admin;User:ANONYMOUS
allow.everyone.if.no.acl.found=false
log.dirs={folder}/data
auto.create.topics.enable=false
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=4
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
"
    )
}

/// A certificate for the broker, which signs itself, and another one that signs nobody.
fn make_certificates(folder: &Path) {
    for (name, pem) in [("broker", "ca.pem"), ("stranger", "stranger.pem")] {
        let store = folder.join(format!("{name}.p12"));
        let keytool = |arguments: &[&str]| {
            let mut call = Command::new("keytool");
            call.args(arguments).arg("-keystore").arg(&store);
            let done = call.args(["-storepass", PASSWORD, "-alias", name]).output().unwrap();
            assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stdout));
            done.stdout
        };
        keytool(&[
            "-genkeypair",
            "-keyalg",
            "RSA",
            "-keysize",
            "2048",
            "-validity",
            "2",
            "-storetype",
            "PKCS12",
            "-dname",
            "CN=localhost",
            "-ext",
            "SAN=dns:localhost,ip:127.0.0.1",
            "-ext",
            "bc=ca:true",
        ]);
        fs::write(folder.join(pem), keytool(&["-exportcert", "-rfc"])).unwrap();
    }
}

#[test]
fn a_user_with_rights_works_and_everybody_else_is_told_why_not() {
    let secured = SecuredBroker::start();
    let topics = secured.topics("secured");
    topics.create_all();
    secured.allow("mingjian", &topics);
    let messages = feed::messages(2_000);
    topics.produce(&messages);

    let service = secured.service(&topics, "nobody", PASSWORD, "ca.pem");
    let finished = service.finish();
    assert_eq!(finished.code, Some(1), "{}", finished.err);
    assert!(finished.err.contains("not authorised"), "{}", finished.err);
    assert!(finished.err.contains("the user needs read on the input topics"), "{}", finished.err);

    let mut service = secured.service(&topics, "mingjian", "wrong", "ca.pem");
    let refused = |status, content: &str| status == 503 && content.contains("authenticate");
    service.get_until("/ready", refused);
    let finished = service.terminate().succeeded();
    assert!(!finished.err.contains("wrong"), "the log quotes a password: {}", finished.err);

    let mut service = secured.service(&topics, "mingjian", PASSWORD, "stranger.pem");
    service.get_until("/ready", |status, content| status == 503 && content.contains("TLS"));
    service.terminate().succeeded();

    let configuration = secured.configure(&topics, "mingjian", PASSWORD, "ca.pem");
    let service = Service::start(&configuration);
    topics.wait_until_consumed();
    let finished = service.terminate().succeeded();
    assert!(!finished.err.contains(PASSWORD), "the log quotes a password");
    Expected::of(&messages, &configuration).check(&topics);
}
