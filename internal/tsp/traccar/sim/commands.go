package sim

import (
	"errors"
	"maps"
	"net/http"
	"slices"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

// custom is the command that every protocol takes.
const custom = "custom"

// supported are the types of commands that a protocol takes (protocol/*Protocol). Only watches take messages.
func supported(protocol string) []string {
	switch protocol {
	case "watch":
		return []string{
			"alarmBattery", "alarmClock", "alarmRemove", "alarmSos", custom, "message", "positionPeriodic", "positionSingle",
			"powerOff", "rebootDevice", "setIndicator", "setPhonebook", "setTimezone", "silenceTime", "sosNumber", "voiceMessage",
		}
	case "teltonika":
		return []string{custom, "engineResume", "engineStop"}
	}
	return []string{custom}
}

// everyType is all types, in the order of model/Command.
func everyType() []string {
	return []string{
		custom, "deviceIdentification", "positionSingle", "positionPeriodic", "positionStop", "engineStop", "engineResume",
		"alarmArm", "alarmDisarm", "alarmDismiss", "setTimezone", "requestPhoto", "powerOff", "rebootDevice", "factoryReset",
		"sendSms", "sendUssd", "sosNumber", "silenceTime", "setPhonebook", "message", "voiceMessage", "outputControl",
		"voiceMonitoring", "setAgps", "setIndicator", "configuration", "getVersion", "firmwareUpdate", "setConnection",
		"setOdometer", "getModemStatus", "getDeviceStatus", "setSpeedLimit", "modePowerSaving", "modeDeepSleep", "videoStart",
		"videoStop", "alarmGeofence", "alarmBattery", "alarmSos", "alarmRemove", "alarmClock", "alarmSpeed", "alarmFall",
		"alarmVibration",
	}
}

// listSaved answers the saved commands of a device: none (api/resource/CommandResource.get).
func listSaved(tx *simkit.Tx, c *call) (any, error) {
	return []any{}, c.may(tx, deviceClass(), c.whole("deviceId"))
}

// listTypes answers the types of commands of a device: those of the protocol that it last reported with, and only custom
// when it never reported. Whether the device is connected does not matter.
func listTypes(tx *simkit.Tx, c *call) (any, error) {
	id := c.whole("deviceId")
	types := everyType()
	if id != 0 {
		if err := c.may(tx, deviceClass(), id); err != nil {
			return nil, err
		}
		if _, ok := tx.Get(devices, idText(id)); !ok {
			return nil, nullPointer("org.traccar.model.Device.getString(String)", "device")
		}
		types = supported(protocolOf(tx, id))
		if c.truth("textChannel") {
			types = []string{custom}
		}
	}
	list := make([]any, 0, len(types))
	for _, name := range types {
		list = append(list, simkit.Object{"type": name})
	}
	return list, nil
}

func protocolOf(tx *simkit.Tx, device int64) string {
	i, ok := tx.Get(positions, idText(device))
	if !ok {
		return ""
	}
	return simkit.Text(i.Object, "protocol")
}

// send sends a command to one device, or to every device of a group that is linked to the user; deviceId then does not
// count (api/resource/CommandResource.send). 200 repeats the command, without an id of its own; 202 says what was queued.
// A group is not sent to as one: the devices before one that fails keep their command.
func (s *service) send(tx *simkit.Tx, c *call) (any, error) {
	o := c.Body
	switch {
	case simkit.Int(o, "id") > 0 && c.is("administrator"): // no saved commands are served
		return nil, nullPointer("org.traccar.model.Command.setDeviceId(long)", "entity")
	case simkit.Int(o, "id") > 0:
		return nil, security("Command access denied")
	case !c.is("administrator") && c.is("limitCommands"):
		return nil, security("Operation restricted")
	}
	if group := c.whole("groupId"); group > 0 {
		return s.sendToGroup(tx, c, group)
	}
	if err := c.may(tx, deviceClass(), simkit.Int(o, "deviceId")); err != nil {
		return nil, err
	}
	queued, err := s.sendOne(tx, o)
	if err != nil || queued == nil {
		return o, err
	}
	c.Status = http.StatusAccepted
	return queued, nil
}

func (s *service) sendToGroup(tx *simkit.Tx, c *call, group int64) (any, error) {
	if err := c.may(tx, groupClass(), group); err != nil {
		return nil, err
	}
	family := within(tx, ids{group: true})
	mine := visible(tx, deviceClass(), c.me())
	var waiting []any
	for _, i := range tx.Items(devices) {
		id := simkit.Int(i.Object, "id")
		if !mine[id] || !family[simkit.Int(i.Object, "groupId")] {
			continue
		}
		one := maps.Clone(c.Body)
		one["deviceId"] = id
		queued, err := s.sendOne(tx, one)
		if err != nil {
			return partial{err}, nil
		}
		if queued != nil {
			waiting = append(waiting, queued)
		}
	}
	if len(waiting) == 0 {
		return c.Body, nil
	}
	c.Status = http.StatusAccepted
	return waiting, nil
}

// sendOne hands a command to a connected device, or queues it and returns what is queued (database/CommandsManager). A
// type is looked at only when the device is connected: the queue takes any.
func (s *service) sendOne(tx *simkit.Tx, o simkit.Object) (simkit.Object, error) {
	device, there := tx.Get(devices, idText(simkit.Int(o, "deviceId")))
	kind, _ := o["type"].(string)
	given, _ := o["attributes"].(simkit.Object)
	protocol := protocolOf(tx, simkit.Int(o, "deviceId"))
	switch {
	case !there:
		return nil, nullPointer("org.traccar.model.Device.getPositionId()", "device")
	case yes(o, "textChannel"):
		return nil, runtime("RuntimeException", "SMS not configured")
	case s.connected(device, protocol):
		if o["type"] == nil || kind == custom && given["data"] == nil {
			return nil, nullPointer("String.hashCode()", "<local4>")
		}
		if !slices.Contains(supported(protocol), kind) {
			return nil, runtime("RuntimeException", "Command "+kind+" is not supported in protocol "+protocol)
		}
		_, err := record(tx, o, false)
		return nil, err
	case given["noQueue"] == true:
		return nil, runtime("RuntimeException", "Failed to send command")
	}
	queue := commandClass()
	queue.collection = "commands_queue"
	if err := queue.check(tx, o); err != nil {
		return nil, err
	}
	id, err := record(tx, o, true)
	return simkit.Object{
		"id": id, "deviceId": o["deviceId"], "type": kind, "textChannel": false, "attributes": given,
	}, err
}

// connected reports whether commands reach the device at once. Devices that report over HTTP (osmand) fetch theirs
// from the queue.
func (s *service) connected(device *simkit.Item, protocol string) bool {
	return simkit.Text(device.Object, "status") == "online" && protocol != "osmand" && !s.Host.On(devicesOffline)
}

// record keeps a command for tests to see, under an id of its own.
func record(tx *simkit.Tx, o simkit.Object, queued bool) (id int64, err error) {
	id, err = tx.Count(lastIDs, commands)
	row := maps.Clone(o)
	row["id"], row["queued"] = id, queued
	return id, errors.Join(err, tx.Put(commands, idText(id), row))
}
