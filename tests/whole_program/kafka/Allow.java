import java.util.*;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.acl.*;
import org.apache.kafka.common.resource.*;

/** Lets a user do things: Allow SETTINGS.properties USER (KIND NAME OPERATION)... */
class Allow {
    public static void main(String[] words) throws Exception {
        var settings = new Properties();
        try (var file = new java.io.FileInputStream(words[0])) {
            settings.load(file);
        }
        var rights = new ArrayList<AclBinding>();
        for (int at = 2; at < words.length; at += 3) {
            var kind = ResourceType.fromString(words[at].replace('-', '_'));
            var thing = new ResourcePattern(kind, words[at + 1], PatternType.LITERAL);
            var operation = AclOperation.fromString(words[at + 2]);
            var entry = new AccessControlEntry(
                "User:" + words[1], "*", operation, AclPermissionType.ALLOW);
            rights.add(new AclBinding(thing, entry));
        }
        try (var admin = Admin.create(settings)) {
            admin.createAcls(rights).all().get();
        }
    }
}
