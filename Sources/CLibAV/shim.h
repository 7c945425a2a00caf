#pragma once
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/channel_layout.h>
#include <libavutil/log.h>
#include <libavutil/mastering_display_metadata.h>
#include <libavutil/opt.h>
#include <libavutil/pixdesc.h>
#include <libswscale/swscale.h>

// Macros of libav that Swift cannot import, as functions of the same meaning.

static inline int podo_averror(int error) { return AVERROR(error); }

static inline uint32_t podo_mktag(char a, char b, char c, char d) { return MKTAG(a, b, c, d); }
