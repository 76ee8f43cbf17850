package sim

import (
	"cmp"
	"fmt"
	"strings"
)

// The frames of the server itself are those of 6.14.5 (src/main/java at tag v6.14.5); those of Jersey around them are as
// a trace of such a server shows them (traccar/traccar issue 5938, 2026-07-02).

// filtered are the frames of what the filter throws that asks who calls, before the resource is reached.
func filtered(line int) string {
	return frame("org.traccar.api.security.SecurityRequestFilter.filter", line) +
		frame("org.glassfish.jersey.server.ContainerFilteringStage.apply", 108) +
		frame("org.glassfish.jersey.server.ContainerFilteringStage.apply", 44) +
		frame("org.glassfish.jersey.process.internal.Stages.process", 173) + outer()
}

// outer are the frames around everything.
func outer() string {
	return frame("org.glassfish.jersey.server.ServerRuntime$1.run", 266) +
		frame("org.glassfish.jersey.internal.Errors$1.call", 248) +
		frame("org.glassfish.jersey.internal.Errors$1.call", 244) +
		frame("org.glassfish.jersey.internal.Errors.process", 292) +
		frame("org.glassfish.jersey.internal.Errors.process", 274) +
		frame("org.glassfish.jersey.internal.Errors.process", 244) +
		frame("org.glassfish.jersey.process.internal.RequestScope.runInScope", 266) +
		frame("org.glassfish.jersey.server.ServerRuntime.process", 253) +
		frame("org.glassfish.jersey.server.ApplicationHandler.handle", 703) +
		frame("org.glassfish.jersey.servlet.WebComponent.serviceImpl", 422) +
		frame("org.glassfish.jersey.servlet.WebComponent.service", 374)
}

// frame is one line of a trace, by a method's full name.
func frame(method string, line int) string {
	class := strings.Split(method[:strings.LastIndex(method, ".")], ".")
	file, _, _ := strings.Cut(class[len(class)-1], "$")
	return fmt.Sprintf("\tat %s(%s.java:%d)\n", method, file, line)
}

// verified are the frames of a token that could not be read, from the innermost on.
func verified(line int) string {
	return frame("org.traccar.api.signature.CryptoManager.verify", line) +
		frame("org.traccar.api.signature.TokenManager.decodeToken", 107) +
		frame("org.traccar.api.signature.TokenManager.verifyToken", 94) +
		frame("org.traccar.api.security.LoginService.login", 86) +
		frame("org.traccar.api.security.LoginService.login", 72)
}

// origin are the frames of the place that throws a failure, by what it says. Of what is not listed the place is assumed.
func (f *failure) origin() string {
	said := f.Error()
	for _, o := range []struct {
		words, method string
		line          int
	}{
		{"HTTP 404 Not Found", "", 0}, {"HTTP 405 ", "", 0}, {"HTTP 415 ", "", 0},
		{"Write access denied", "org.traccar.api.security.PermissionsService.checkEdit", 122},
		{"User access denied", "org.traccar.api.security.PermissionsService.checkUser", 175},
		{" access denied", "org.traccar.api.security.PermissionsService.checkPermission", 224},
		{"Administrator access required", "org.traccar.api.security.PermissionsService.checkAdmin", 80},
		{"Manager access required", "org.traccar.api.security.PermissionsService.checkManager", 86},
		{"Operation restricted", "org.traccar.api.security.PermissionsService.checkRestriction", 98},
		{"Manager user limit reached", "org.traccar.api.resource.UserResource.add", 113},
		{"Registration disabled", "org.traccar.api.resource.UserResource.add", 120},
		{"SMS not configured", "org.traccar.database.CommandsManager.sendCommand", 91},
		{"Failed to send command", "org.traccar.database.CommandsManager.sendCommand", 114},
		{" is not supported in protocol ", "org.traccar.BaseProtocol.sendDataCommand", 118},
		{"SELECT * FROM", "org.traccar.storage.DatabaseStorage.getPermissions", 207},
		{"StorageException", "org.traccar.storage.DatabaseStorage.addObject", 113},
		{"HTTP 401 Unauthorized", "org.traccar.api.resource.SessionResource.add", 134},
	} {
		if strings.Contains(said, o.words) && o.method == "" {
			return ""
		}
		if strings.Contains(said, o.words) {
			return frame(o.method, o.line)
		}
	}
	return frame("org.traccar.api.BaseObjectResource.add", 82)
}

// trace is the failure as printStackTrace writes it (api/ResourceErrorHandler), without the frames of the web server.
func (f *failure) trace() string {
	if f.bare {
		return f.text
	}
	head := f.class
	if f.text != "" {
		head += ": " + f.text
	}
	head += "\n" + cmp.Or(f.at, f.origin()+outer())
	if f.cause != "" {
		head += "Caused by: " + f.cause + "\n" + f.causeAt + "\t... 36 more\n"
	}
	return head
}
