/*
 * scan_shape.rs - what Rust can say of a type, for the reader of debug information
 *
 * = scan_shape::Order: size 80 align 8
 * = scan_shape::Order.id: 0+64 u64
 * = scan_shape::Order.tags: 384+192 alloc::vec::Vec<u16, alloc::alloc::Global>
 * = scan_shape::Order.tup: 576+64 (u8, u32)
 * = scan_shape::Shape: size 16 align 8
 * = scan_shape::Shape: variants 3
 * = scan_shape::Shape.: 0+32 u32 artificial discriminant
 * = scan_shape::Shape.Circle: 0+128 scan_shape::Shape::Circle variant 1
 * = scan_shape::Shape.Rect: 0+128 scan_shape::Shape::Rect variant 2
 * = scan_shape::Shape::Rect.h: 64+64 u64
 * = scan_shape::Kind.Paid = 7
 * = function scan_shape::Order::set: void
 * = global scan_shape::COUNT: u64
 */
pub enum Shape { Circle(f64), Rect { w: u32, h: u64 }, Unit }
#[repr(u8)]
#[derive(Clone, Copy)]
pub enum Kind { Created = 1, Paid = 7 }
#[repr(C)]
pub struct Order { id: u64, name: String, shape: Shape, tags: Vec<u16>, tup: (u8, u32) }

static mut COUNT: u64 = 0;

impl Order {
    #[inline(never)]
    pub fn set(&mut self, v: u64, kind: Kind) {
        self.id = v + kind as u64;
        self.shape = Shape::Rect { w: 1, h: v };
        unsafe { COUNT += v; }
    }
}

fn area(shape: &Shape) -> f64 {
    match shape {
        Shape::Circle(r) => *r,
        Shape::Rect { w, h } => (*w as f64) * (*h as f64),
        Shape::Unit => 0.0,
    }
}

fn main() {
    let kind = if std::env::args().count() > 1 { Kind::Created } else { Kind::Paid };
    let mut order = Order { id: 1, name: String::from("a"), shape: Shape::Unit, tags: vec![1], tup: (1, 2) };
    order.set(5, kind);
    let round = Order { id: 2, name: order.name.clone(), shape: Shape::Circle(1.0), tags: vec![], tup: (3, 4) };
    println!("{} {} {:?} {} {}", order.id, area(&order.shape) + area(&round.shape), order.tup, order.tags.len(), unsafe { COUNT });
}
