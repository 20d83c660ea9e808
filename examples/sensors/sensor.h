/* sensor.h - a sensor with a number for a key: arrays, floats, durations and a tuple in a record that threads share */
#ifndef SENSOR_H
#define SENSOR_H

#include <fieldguard/annotate.h>
#include <stdbool.h>
#include <stdint.h>

enum sensor_state { SENSOR_OFF, SENSOR_STARTING, SENSOR_OK, SENSOR_FAULT = 9 };

struct place {
	double latitude  FG(json:"lat");
	double longitude FG(json:"lon");
	int32_t metres   FG(json:"metres");
} FG(tuple);

struct channel {
	char name[12] FG(json:"name,required");
	float gain    FG(json:"gain" default:"1.0");
};

struct sensor {
	uint32_t id             FG(json:"sensor,required" key alias:"sensor_id");
	enum sensor_state state FG(json:"state,atomic,number");
	uint64_t samples        FG(json:"samples,atomic");
	double celsius          FG(json:"celsius,mutex=climate");
	float humidity          FG(json:"humidity,mutex=climate");
	bool alarm              FG(json:"alarm,mutex=climate");
	uint32_t window_n;
	double window[8]          FG(json:"window,count=window_n,rwmutex=history");
	int64_t window_ns         FG(json:"span,duration,rwmutex=history");
	int64_t interval_ns       FG(json:"interval,duration");
	int16_t offset            FG(json:"offset,string,null");
	struct place place        FG(json:"place");
	uint32_t channels_n;
	struct channel channels[4] FG(json:"channels,count=channels_n");
	char label[16]            FG(json:"label,omitempty,truncate" mold:"trim");
};

#endif
