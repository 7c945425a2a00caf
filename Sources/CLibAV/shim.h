#pragma once
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/channel_layout.h>
#include <libavutil/log.h>
#include <libavutil/opt.h>

// Macros of libav that Swift cannot import, as functions of the same meaning.

static inline int podo_averror(int error) { return AVERROR(error); }

static inline int64_t podo_av_nopts_value(void) { return AV_NOPTS_VALUE; }
