-- A record as store version 4 (reprieve 0.1.0) wrote it, carried there from version 3; every person is invented.
BEGIN TRANSACTION;
CREATE TABLE accounts (
	clinic VARCHAR(64) NOT NULL, 
	name VARCHAR(128) NOT NULL, 
	role VARCHAR(32) NOT NULL, 
	patient VARCHAR(128), 
	password_hash TEXT NOT NULL, 
	totp_secret TEXT, 
	totp_last INTEGER, 
	disabled INTEGER NOT NULL, 
	created_at VARCHAR(40) NOT NULL, 
	PRIMARY KEY (clinic, name)
);
INSERT INTO "accounts" VALUES('clinic','nurse','nurse',NULL,'$argon2id$v=19$m=8,t=1,p=1$9VqD5nB7BwF+2aRPXgeO0Q$6eFVPCo42nYoVA/lWdDe3D391I14Tm89MFgg1IdRTEc','XSVBDEWKFS6IL6LVWK27BLLKGRK6WJZW',59856720,0,'2026-11-26T09:30:00+00:00');
CREATE TABLE anchors (
	seq INTEGER NOT NULL, 
	hash VARCHAR(64) NOT NULL, 
	at VARCHAR(40) NOT NULL, 
	PRIMARY KEY (seq)
);
INSERT INTO "anchors" VALUES(13,'d9e048a3d394281a2897be547a4e93305a3512da7fbb561a03f21504ed7d83ad','2026-11-26T09:30:00+00:00');
INSERT INTO "anchors" VALUES(14,'994d7bdeaee083c4d6d87c7d54300b6021913f8154a7656153725ba2cfa08e3f','2026-11-26T09:30:00+00:00');
INSERT INTO "anchors" VALUES(15,'df1a27529d5aa3a7ff0f019c591c23b24dc48f6f45edc73030a4f56f32c2c94d','2026-11-26T09:30:00+00:00');
INSERT INTO "anchors" VALUES(16,'2a4a0575b2769a7a860af25dcf21ffb222280eebfaed482182167a97e63dbb36','2026-11-26T09:30:00+00:00');
INSERT INTO "anchors" VALUES(17,'295914079e2748615a5dc95f5a50a0361571ecf678c0eb3eb82830729699d730','2026-11-26T14:00:00+00:00');
INSERT INTO "anchors" VALUES(18,'50564f87f99963e46632ac0f77fdf8e6f0778b2ae9a7811e88244e00818755a7','2026-11-26T14:00:00+00:00');
CREATE TABLE challenges (
	id VARCHAR(64) NOT NULL, 
	purpose VARCHAR(32) NOT NULL, 
	clinic VARCHAR(64), 
	account VARCHAR(128), 
	value TEXT NOT NULL, 
	expires_at VARCHAR(40) NOT NULL, 
	PRIMARY KEY (id)
);
CREATE TABLE closed_charts (
	clinic VARCHAR(64) NOT NULL, 
	patient VARCHAR(128) NOT NULL, 
	names TEXT NOT NULL, 
	PRIMARY KEY (clinic, patient)
);
CREATE TABLE events (
	seq INTEGER NOT NULL, 
	id VARCHAR(64) NOT NULL, 
	clinic VARCHAR(64) NOT NULL, 
	patient VARCHAR(128), 
	kind VARCHAR(40) NOT NULL, 
	at VARCHAR(40) NOT NULL, 
	"by" VARCHAR(128) NOT NULL, 
	replaces VARCHAR(64), 
	reason TEXT, 
	program VARCHAR(40) NOT NULL, 
	reference VARCHAR(80) NOT NULL, 
	body TEXT, 
	salt VARCHAR(32), 
	body_digest VARCHAR(64) NOT NULL, 
	hash VARCHAR(64) NOT NULL, 
	PRIMARY KEY (seq), 
	UNIQUE (id)
);
INSERT INTO "events" VALUES(1,'01a217819fecb837fdb36337d265da15','clinic','p-1','patient_registered','2026-11-26T09:30:00+00:00','import',NULL,NULL,'0.1.0','80e0e6aa5b482303','{"deceased":null,"jurisdiction":"US","patient":{"birth_date":"1961-04-03","exposure_history":"unknown","family_name":"Zwetschgenbaum","given_name":"Philippa","id":"p-1","language":null,"prior_toxin_tolerated":null,"sex":"unknown","weight_date":null,"weight_kg":null}}','e5a1bddfe60672263e160baa6f348fa5','156fafaae0631b1158799812ec0ff3c263aa916ea7db286ed55da1cb389e1198','3c6d7d1f22acd49fb141924dc576ac64dbf05759d7bf8139533f35ff3a0525b0');
INSERT INTO "events" VALUES(2,'01a217819fecaf3a79f99b0478e1614e','clinic','p-1','condition_recorded','2026-11-26T09:30:00+00:00','import',NULL,NULL,'0.1.0','80e0e6aa5b482303','{"condition":"cervical_dystonia","note":null,"side":null,"since":null}','c4f965a8ccafe2963d216700684ede7c','d9fe33cc5ba7bbcb32160fa08c6e28afdaeeb8d0d5ad2c2916bb9ca15d6d2276','161727f0acf505d34f7d2c732d21c45536e8e2c99a1fa6b79facf69d338ff139');
INSERT INTO "events" VALUES(3,'01a217819fec29f52eb3e0857caed804','clinic','p-1','risk_recorded','2026-11-26T09:30:00+00:00','import',NULL,NULL,'0.1.0','80e0e6aa5b482303','{"risk":"anticoagulant"}','98202f15e65eb25b6cc514073a82f411','b0e5307d611be7c26820aa7830404393ebb2aa0f321a6d017e4105d2789c1bc8','239ec3eed4fca9f11189bad95231a4616ed2ee30c96e220eb103545d74595d76');
INSERT INTO "events" VALUES(4,'01a217819fec35e92df4b9253954d8a0','clinic','p-1','goal_set','2026-11-26T09:30:00+00:00','import',NULL,NULL,'0.1.0','80e0e6aa5b482303','{"date":null,"muscle":null,"side":null,"text":"to read quincewords to a grandchild"}','b50d9f19c567eeacf5a531f978522938','a984a541abd563b241f415831e50ab604e74d2d50861453efb47c65b01af1a52','3be70a1f448271e8fbb9834d4a3832fe6bd7af319cdbf8d18108ff3a43bdb6c1');
INSERT INTO "events" VALUES(5,'01a217819fece910f1f98511beeca6f1','clinic','p-1','rating_recorded','2026-11-26T09:30:00+00:00','import',NULL,NULL,'0.1.0','80e0e6aa5b482303','{"date":"2026-09-24","items":null,"note":null,"rater":null,"scale":"twstrs","total":"41"}','601b8fa628a1a8e45737e5ac363faa13','dcc764b3083a2880763b672e988df0494d250b599c7f0fe13b8058a4efa388ac','d9db04ae077536975df5e2488692586c9f2269bb3658bd3ce52abedbdcb01206');
INSERT INTO "events" VALUES(6,'01a217819feceb42f0b987e4d6bbaef7','clinic','p-1','diary_entered','2026-11-26T09:30:00+00:00','import',NULL,NULL,'0.1.0','80e0e6aa5b482303','{"date":"2026-09-25","entered_at":null,"function":null,"mood":null,"note":"mirabelle","pain":null,"severity":"6","sleep":null,"treatments":[]}','e8befa0daf67c877314d7a873694f827','7ae7595ba65e18ba1d1f407d21b10e4b3f1594266b9e3938702e942a8e405100','ac37503955623abd4de1f20f7fcc7f76a31d6406f4a37a35e454201c4777425c');
INSERT INTO "events" VALUES(7,'01a217819fec83c5a76194a7d8aab32b','clinic','p-1','diary_entered','2026-11-26T09:30:00+00:00','import',NULL,NULL,'0.1.0','80e0e6aa5b482303','{"date":"2026-10-03","entered_at":null,"function":null,"mood":null,"note":"mirabelle","pain":null,"severity":"6","sleep":null,"treatments":[]}','bf2afe0f9f5de99b58a0c36aa35f03c3','c4733cea63b3f600f1ecfa2576904b2444214626acd910a6ec63c225ba1ba6ce','9abae54696a3eb5e410eabe8d8fc35bef628d1dc4fcd691576fb8f90f8ca9bd0');
INSERT INTO "events" VALUES(8,'01a217819fec92d983f0875d9a901d44','clinic','p-1','diary_entered','2026-11-26T09:30:00+00:00','import',NULL,NULL,'0.1.0','80e0e6aa5b482303','{"date":"2026-10-24","entered_at":null,"function":null,"mood":null,"note":"mirabelle","pain":null,"severity":"6","sleep":null,"treatments":[]}','5707b0129fe5fd7a249e0a2c6605b492','6ee0435cc57f46b4647f1bb09d8633f10743a9fed32f836f963a42eb5ec536b8','c6701c913d8d008e723a342410f966264e3c89dce718909ba53bf4478580f9e0');
INSERT INTO "events" VALUES(9,'01a217819fecd2561f75728672fd26e2','clinic','p-1','session_opened','2026-11-26T09:30:00+00:00','import',NULL,NULL,'0.1.0','80e0e6aa5b482303','{"date":"2026-09-24","indication":"cervical_dystonia","jurisdiction":null,"note":null,"place":null,"product":"onabotulinumtoxinA","session_id":"session-p-1","vials_listed":false}','416dd07a45df1291bde5811b226ae3c9','e8f3af1b503fa79e6a5197e9a78acd66d6378d80e00f29ea2bb80954b5aa09ec','f404577da3c6e43b77764b3fb307e10395592d4f8cf185db2f1cc09e9137d56a');
INSERT INTO "events" VALUES(10,'01a217819feceb9e07276e37365dd278','clinic','p-1','injection_given','2026-11-26T09:30:00+00:00','import',NULL,NULL,'0.1.0','80e0e6aa5b482303','{"injection":{"guidance":null,"limb":null,"lot":"LOT-7","muscle":"splenius_capitis","side":"left","sites":2,"units":"60","volume_ml":null},"session_id":"session-p-1"}','be6b365ff538c938657b2c5a31331277','237e07012584d1ed86631ae2660e3134cdf5b5a56dc4996ad4e589d79038de0f','a0a3e955c69e9e5103567697b60fe1fad9b3c4c95002ca82812e70d949b49022');
INSERT INTO "events" VALUES(11,'01a217819fece89cef92f0113b950fa7','clinic','p-1','injection_given','2026-11-26T09:30:00+00:00','import',NULL,NULL,'0.1.0','80e0e6aa5b482303','{"injection":{"guidance":null,"limb":null,"lot":"LOT-7","muscle":"levator_scapulae","side":"left","sites":1,"units":"37.5","volume_ml":null},"session_id":"session-p-1"}','44414a9941b92277ee420d977873c3b7','e4f880cc9973571780a2fa0a54de55035a86e8ad3c2e4d3b4d58186f5b451a54','9bf484c1d45c3112254c6b6fbdb1ae65818e604197f6960061c772935cf664fe');
INSERT INTO "events" VALUES(12,'01a217819ff1c128a524a1279ef66ba1','clinic','p-1','session_signed','2026-11-26T09:30:00+00:00','import',NULL,NULL,'0.1.0','80e0e6aa5b482303','{"at":"2026-09-24T10:00:00+00:00","content_hash":"f5351c8e869661ab8a7e7a129535a150a3af4b343144e0a4ab2802c4afbdd66d","meaning":"signed before it was imported","name":"Dr. Elsewhere","session_id":"session-p-1"}','d253d4c7420975d7925c3219115b9968','fe5adfe185c5df9e432b64efd97bf426ce84222118b06dbf99cf6d7b3c6c9bb6','4acff19ac0b4648442eaec0b46b86c34b30cac89a47bccb4fe0f989c1585af2f');
INSERT INTO "events" VALUES(13,'01a217819ff1ce65a7557a0138b96442','clinic','p-1','muscle_effect_judged','2026-11-26T09:30:00+00:00','import',NULL,NULL,'0.1.0','80e0e6aa5b482303','{"effect":{"date":null,"effect":"better","muscle":"splenius_capitis","side":"left"},"session_id":"session-p-1"}','8141fdbe0277d1559af31254f498fae0','cc09a3f8c60be405774b851d0d73cea6478ccfd847a2034fac2182710c0ddc82','d9e048a3d394281a2897be547a4e93305a3512da7fbb561a03f21504ed7d83ad');
INSERT INTO "events" VALUES(14,'01a21781a00174fab6960623a5dca6a6','clinic',NULL,'account_created','2026-11-26T09:30:00+00:00','first run',NULL,NULL,'0.1.0','80e0e6aa5b482303','{"account":"nurse","change":"created","patient":null,"role":"nurse"}','d9ffd9bad1f4ac40574dcb45774aea13','5538c7fbbe1ba6b09e566c676f72763eeb291be831bc0c1f24025874b3560cfc','994d7bdeaee083c4d6d87c7d54300b6021913f8154a7656153725ba2cfa08e3f');
INSERT INTO "events" VALUES(15,'01a21781a0119425640a217c846e345b','clinic',NULL,'signed_in','2026-11-26T09:30:00+00:00','nurse',NULL,NULL,'0.1.0','80e0e6aa5b482303','{"account":"nurse","change":"signed in","patient":null,"role":null}','d1b29e018c974cb6c86208d5a0b41c9f','54dd54b1a70556b35615dadd7a0f177ecf22382412913879cac2aaf03146bdae','df1a27529d5aa3a7ff0f019c591c23b24dc48f6f45edc73030a4f56f32c2c94d');
INSERT INTO "events" VALUES(16,'01a21781a0309ab81913e574110a1078','clinic','p-1','symptom_reported','2026-11-26T09:30:00+00:00','nurse',NULL,NULL,'0.1.0','80e0e6aa5b482303','{"date":"2026-11-20","lot":null,"muscle":null,"note":null,"resolved":null,"seriousness":"mild","session":null,"side":null,"symptom":"dysphagia"}','83909c93f3f61587a8b012166731c83d','28635342c9c5608ea57c8f09d7bd8f98e17606542d9d0b2527ea85e8da42e2ca','2a4a0575b2769a7a860af25dcf21ffb222280eebfaed482182167a97e63dbb36');
INSERT INTO "events" VALUES(17,'01a2185ec8a79f630e22d635779e9e2e','clinic',NULL,'account_changed','2026-11-26T14:00:00+00:00','nurse',NULL,NULL,'0.1.0','25a07a26464c2bd3','{"account":"nurse","change":"second factor","patient":null,"role":null}','8195df9bf57007bd2703773243ef9bdf','76d7f118e450cc5ef49cbd840346b5c84820986a0e7d2e30107a5e4c7d5d54cb','295914079e2748615a5dc95f5a50a0361571ecf678c0eb3eb82830729699d730');
INSERT INTO "events" VALUES(18,'01a2185ec8ce4121946fb63505d0177d','clinic','p-1','share_granted','2026-11-26T14:00:00+00:00','nurse',NULL,NULL,'0.1.0','25a07a26464c2bd3','{"expires_at":"2026-12-10T14:00:00+00:00","for_whom":"Dr. Elsewhere","scope":"treatment","secret_hash":"d2850df0134d7a4322ea53654077fdd91f23dc821fa609ab61165e7e47444d79","share_id":"01a2185ec8ce6b08fd79aea749d219a6"}','d4511b46f84740ff32ae5380a9673598','f165a5746c8c11c05c3fba813ab674feda43e5ec41b480d7dab32496429fb500','50564f87f99963e46632ac0f77fdf8e6f0778b2ae9a7811e88244e00818755a7');
CREATE TABLE forecasts (
	clinic VARCHAR(64) NOT NULL, 
	patient VARCHAR(128) NOT NULL, 
	version INTEGER NOT NULL, 
	on_date VARCHAR(10) NOT NULL, 
	answer TEXT NOT NULL, 
	PRIMARY KEY (clinic, patient)
);
CREATE TABLE glasses (
	clinic VARCHAR(64) NOT NULL, 
	account VARCHAR(128) NOT NULL, 
	patient VARCHAR(128) NOT NULL, 
	until VARCHAR(40) NOT NULL, 
	PRIMARY KEY (clinic, account, patient)
);
CREATE TABLE identities (
	issuer VARCHAR(255) NOT NULL, 
	subject VARCHAR(255) NOT NULL, 
	clinic VARCHAR(64) NOT NULL, 
	account VARCHAR(128) NOT NULL, 
	created_at VARCHAR(40) NOT NULL, 
	PRIMARY KEY (issuer, subject)
);
INSERT INTO "identities" VALUES('https://id.example','s-1','clinic','nurse','2026-11-26T09:30:00+00:00');
CREATE TABLE meta (
	name VARCHAR(64) NOT NULL, 
	value TEXT NOT NULL, 
	PRIMARY KEY (name)
);
INSERT INTO "meta" VALUES('schema','4');
CREATE TABLE passkeys (
	credential VARCHAR(1400) NOT NULL, 
	clinic VARCHAR(64) NOT NULL, 
	account VARCHAR(128) NOT NULL, 
	label VARCHAR(100) NOT NULL, 
	public_key TEXT NOT NULL, 
	sign_count INTEGER NOT NULL, 
	site VARCHAR(255) NOT NULL, 
	created_at VARCHAR(40) NOT NULL, 
	PRIMARY KEY (credential)
);
CREATE TABLE patients (
	clinic VARCHAR(64) NOT NULL, 
	patient VARCHAR(128) NOT NULL, 
	family_name TEXT, 
	given_name TEXT, 
	birth_date VARCHAR(10), 
	search TEXT NOT NULL, 
	condition TEXT, 
	next_visit VARCHAR(10), 
	version INTEGER NOT NULL, 
	PRIMARY KEY (clinic, patient)
);
INSERT INTO "patients" VALUES('clinic','p-1','Zwetschgenbaum','Philippa','1961-04-03','zwetschgenbaum philippa','cervical_dystonia',NULL,16);
CREATE TABLE push_subscriptions (
	id VARCHAR(64) NOT NULL, 
	clinic VARCHAR(64) NOT NULL, 
	account VARCHAR(128) NOT NULL, 
	endpoint TEXT NOT NULL, 
	public_key VARCHAR(128) NOT NULL, 
	auth VARCHAR(32) NOT NULL, 
	language VARCHAR(8) NOT NULL, 
	created_at VARCHAR(40) NOT NULL, 
	PRIMARY KEY (id)
);
CREATE TABLE shares (
	secret_hash VARCHAR(64) NOT NULL, 
	share_id VARCHAR(64) NOT NULL, 
	clinic VARCHAR(64) NOT NULL, 
	patient VARCHAR(128) NOT NULL, 
	scope VARCHAR(32) NOT NULL, 
	for_whom TEXT NOT NULL, 
	granted_by VARCHAR(128) NOT NULL, 
	granted_at VARCHAR(40) NOT NULL, 
	expires_at VARCHAR(40) NOT NULL, 
	revoked INTEGER NOT NULL, 
	PRIMARY KEY (secret_hash)
);
INSERT INTO "shares" VALUES('d2850df0134d7a4322ea53654077fdd91f23dc821fa609ab61165e7e47444d79','01a2185ec8ce6b08fd79aea749d219a6','clinic','p-1','treatment','Dr. Elsewhere','nurse','2026-11-26T14:00:00+00:00','2026-12-10T14:00:00+00:00',0);
CREATE TABLE sign_ins (
	token_hash VARCHAR(64) NOT NULL, 
	clinic VARCHAR(64) NOT NULL, 
	account VARCHAR(128) NOT NULL, 
	created_at VARCHAR(40) NOT NULL, 
	seen_at VARCHAR(40) NOT NULL, 
	expires_at VARCHAR(40) NOT NULL, 
	PRIMARY KEY (token_hash)
);
INSERT INTO "sign_ins" VALUES('400de112c38709ad2394c053e41ff4c8c1433b2769e0950225c0192c008a9f12','clinic','nurse','2026-11-26T09:30:00.000000+00:00','2026-11-26T09:30:00.000000+00:00','2026-11-26T21:30:00.000000+00:00');
CREATE TABLE throttle (
	subject VARCHAR(200) NOT NULL, 
	failures INTEGER NOT NULL, 
	until VARCHAR(40) NOT NULL, 
	PRIMARY KEY (subject)
);
CREATE TABLE work_lines (
	clinic VARCHAR(64) NOT NULL, 
	patient VARCHAR(128) NOT NULL, 
	version INTEGER NOT NULL, 
	line TEXT NOT NULL, 
	PRIMARY KEY (clinic, patient)
);
INSERT INTO "work_lines" VALUES('clinic','p-1',16,'{"patient_id": "p-1", "family_name": "Zwetschgenbaum", "given_name": "Philippa", "birth_date": "1961-04-03", "condition": "cervical_dystonia", "version": 16, "appointments": [], "last_date": "2026-09-24", "last_product": "onabotulinumtoxinA", "last_units": "97.5", "flags": [{"kind": "red_flag 2026-11-20", "text": "dysphagia, mild"}]}');
CREATE TABLE writes (
	clinic VARCHAR(64) NOT NULL, 
	account VARCHAR(128) NOT NULL, 
	"key" VARCHAR(128) NOT NULL, 
	request_digest VARCHAR(64) NOT NULL, 
	answer TEXT NOT NULL, 
	at VARCHAR(40) NOT NULL, 
	PRIMARY KEY (clinic, account, "key")
);
INSERT INTO "writes" VALUES('clinic','nurse','key-of-version-1','2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881','{"id": "01a21781a0309ab81913e574110a1078", "patient_id": "p-1", "version": 16, "hash": "2a4a0575b2769a7a860af25dcf21ffb222280eebfaed482182167a97e63dbb36"}','2026-11-26T09:30:00+00:00');
CREATE INDEX events_of_patient ON events (clinic, patient, seq);
CREATE INDEX events_of_kind ON events (clinic, kind, seq);
CREATE INDEX patients_by_name ON patients (clinic, search, patient);
CREATE INDEX patients_by_visit ON patients (clinic, next_visit);
CREATE INDEX passkeys_of_account ON passkeys (clinic, account);
CREATE INDEX shares_of_patient ON shares (clinic, patient);
CREATE INDEX identities_of_account ON identities (clinic, account);
CREATE INDEX push_of_account ON push_subscriptions (clinic, account);
COMMIT;
