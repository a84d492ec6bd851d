//===- OnnxDetection.td - Sampling, regions, detection --------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#ifndef ONNC_IR_OPS_ONNXDETECTION_TD
#define ONNC_IR_OPS_ONNXDETECTION_TD

include "onnc/IR/Ops/OnnxDialect.td"

def SampleT1 : TypeVar<"T1", Classic>;
def RegionT1 : TypeVar<"T1", Floats>;

def Onnx_GridSample : OnnxOp<"GridSample", 22> {
  let summary = "Samples an input at the points of a grid";
  let description = [{
    Points are (x, y, …) in [-1, 1]. Modes: linear, nearest, cubic; what lies
    outside: zeros, border, reflection.
  }];
  let operands = [ArgOf<"X", SampleT1>, Arg<"grid", Floats>];
  let results = [ArgOf<"Y", SampleT1>];
  let attributes = [Attr<"align_corners", "Int", "0">,
                    Attr<"mode", "String", "\"linear\"">,
                    Attr<"padding_mode", "String", "\"zeros\"">];
  let inferTypes = "gridSample";
  let indexing = "gridSample";
}

def Onnx_AffineGrid : OnnxOp<"AffineGrid", 20> {
  let summary = "The grid of sampling points that affine matrices make";
  let operands = [ArgOf<"theta", RegionT1>, Arg<"size", Int64>];
  let results = [ArgOf<"grid", RegionT1>];
  let attributes = [Attr<"align_corners", "Int", "0">];
  let inferTypes = "affineGrid";
  let indexing = "affineGrid";
}

def Onnx_RoiAlign : OnnxOp<"RoiAlign", 22> {
  let summary = "Pools regions, interpolating";
  let description = [{
    A bin is the mean, or the maximum, of "sampling_ratio" by
    "sampling_ratio" samples; as many as the region needs where that is 0.
  }];
  let operands = [ArgOf<"X", RegionT1>, ArgOf<"rois", RegionT1>,
                  Arg<"batch_indices", Int64>];
  let results = [ArgOf<"Y", RegionT1>];
  let attributes = [Attr<"coordinate_transformation_mode", "String",
                         "\"half_pixel\"">,
                    Attr<"mode", "String", "\"avg\"">,
                    Attr<"output_height", "Int", "1">,
                    Attr<"output_width", "Int", "1">,
                    Attr<"sampling_ratio", "Int", "0">,
                    Attr<"spatial_scale", "Float", "1.0">];
  let inferTypes = "roiAlign";
  let indexing = "regions";
}

def Onnx_MaxRoiPool : OnnxOp<"MaxRoiPool", 22> {
  let summary = "The maxima of the bins of regions";
  let description = [{
    A region is (instance, x1, y1, x2, y2).
  }];
  let operands = [ArgOf<"X", FloatT>, ArgOf<"rois", FloatT>];
  let results = [ArgOf<"Y", FloatT>];
  let attributes = [RequiredAttr<"pooled_shape", "Ints">,
                    Attr<"spatial_scale", "Float", "1.0">];
  let inferTypes = "maxRoiPool";
  let indexing = "regions";
}

def Onnx_NonMaxSuppression : OnnxOp<"NonMaxSuppression", 11> {
  let summary = "The best boxes that don't overlap better ones";
  let description = [{
    A row (instance, class, box) for each selected box; how many there are is
    known only at run time.
  }];
  let operands = [Arg<"boxes", Float32>, Arg<"scores", Float32>,
                  OptArg<"max_output_boxes_per_class", Int64>,
                  OptArg<"iou_threshold", Float32>,
                  OptArg<"score_threshold", Float32>];
  let results = [Arg<"selected_indices", Int64>];
  let attributes = [Attr<"center_point_box", "Int", "0">];
  let inferTypes = "nonMaxSuppression";
}

def Onnx_MaxUnpool : OnnxOp<"MaxUnpool", 22> {
  let summary = "Puts what MaxPool picked back to its place";
  let description = [{
    "I" counts elements of the tensor that was pooled, whose shape follows
    from the windows; "output_shape" may be larger.
  }];
  let operands = [ArgOf<"X", RegionT1>, Arg<"I", Int64>,
                  OptArg<"output_shape", Int64>];
  let results = [ArgOf<"output", RegionT1>];
  let attributes = [RequiredAttr<"kernel_shape", "Ints">, Attr<"pads", "Ints">,
                    Attr<"strides", "Ints">];
  let inferTypes = "maxUnpool";
}

def Onnx_DeformConv : OnnxOp<"DeformConv", 22> {
  let summary = "A convolution whose kernel points have offsets";
  let description = [{
    "mask" weighs the points; 1 by default.
  }];
  let operands = [ArgOf<"X", FloatT>, ArgOf<"W", FloatT>,
                  ArgOf<"offset", FloatT>, OptArgOf<"B", FloatT>,
                  OptArgOf<"mask", FloatT>];
  let results = [ArgOf<"Y", FloatT>];
  let attributes = [Attr<"dilations", "Ints">, Attr<"group", "Int", "1">,
                    Attr<"kernel_shape", "Ints">,
                    Attr<"offset_group", "Int", "1">, Attr<"pads", "Ints">,
                    Attr<"strides", "Ints">];
  let inferTypes = "deformConv";
  let indexing = "deformConv";
}

def Onnx_Col2Im : OnnxOp<"Col2Im", 18> {
  let summary = "The image whose blocks, overlapping, add up from columns";
  let operands = [ArgOf<"input", NumericT>, Arg<"image_shape", Int64>,
                  Arg<"block_shape", Int64>];
  let results = [ArgOf<"output", NumericT>];
  let attributes = [Attr<"dilations", "Ints">, Attr<"pads", "Ints">,
                    Attr<"strides", "Ints">];
  let inferTypes = "col2Im";
  let indexing = "col2Im";
}

#endif // ONNC_IR_OPS_ONNXDETECTION_TD
