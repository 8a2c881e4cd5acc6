//! A smaller request with the same fault.

use protoc_gen_rust_svc::read::descriptor::{EnumDescriptor, MessageDescriptor, ServiceDescriptor};

use crate::mutated::{judge::judge, mutate::Draft};

/// The request without all that its fault does not need. One that is no request stays as it is.
pub fn reduce(request: &[u8]) -> Vec<u8> {
    let (Some(mut draft), Err(fault)) = (Draft::read(request), judge(request)) else { return request.to_vec() };
    let is_same = |draft: &Draft| {
        judge(&draft.write()).is_err_and(|other| other.rule == fault.rule && other.place() == fault.place())
    };
    if !is_same(&draft) {
        return request.to_vec();
    }
    let mut length = usize::MAX;
    while draft.write().len() < length {
        length = draft.write().len();
        let mut place = 0;
        while let Some(smaller) = cut(&draft, place) {
            if is_same(&smaller) { draft = smaller } else { place += 1 }
        }
    }
    draft.write()
}

/// The request without the part at an index. `None` after the last.
fn cut(draft: &Draft, place: usize) -> Option<Draft> {
    let mut smaller = Draft { request: draft.request.clone(), files: draft.files.clone() };
    let mut knife = Knife { left: Some(place) };
    knife.draft(&mut smaller);
    knife.left.is_none().then_some(smaller)
}

/// Counts parts, and takes one away.
struct Knife {
    /// How many parts to skip; `None` when one was removed.
    left: Option<usize>,
}

impl Knife {
    fn list<T>(&mut self, list: &mut Vec<T>) {
        match self.left {
            Some(left) if left < list.len() => {
                list.remove(left);
                self.left = None;
            }
            Some(left) => self.left = Some(left - list.len()),
            None => (),
        }
    }

    fn option<T>(&mut self, option: &mut Option<T>) {
        match self.left {
            Some(0) if option.is_some() => (*option, self.left) = (None, None),
            Some(left) if option.is_some() => self.left = Some(left - 1),
            _ => (),
        }
    }

    fn draft(&mut self, draft: &mut Draft) {
        self.list(&mut draft.files);
        self.list(&mut draft.request.file_to_generate);
        self.option(&mut draft.request.parameter);
        self.option(&mut draft.request.compiler_version);
        for file in &mut draft.files {
            self.list(&mut file.service);
            self.list(&mut file.message_type);
            self.list(&mut file.enum_type);
            self.list(&mut file.extension);
            self.list(&mut file.dependency);
            self.option(&mut file.source_code_info);
            self.option(&mut file.options);
            file.source_code_info.iter_mut().for_each(|info| self.list(&mut info.location));
            file.message_type.iter_mut().for_each(|message| self.message(message));
            file.enum_type.iter_mut().for_each(|item| self.enumeration(item));
            file.service.iter_mut().for_each(|service| self.service(service));
        }
    }

    fn message(&mut self, message: &mut MessageDescriptor) {
        self.list(&mut message.field);
        self.list(&mut message.nested_type);
        self.list(&mut message.enum_type);
        self.list(&mut message.oneof_decl);
        self.list(&mut message.extension);
        self.list(&mut message.reserved_range);
        self.list(&mut message.reserved_name);
        self.option(&mut message.options);
        for field in &mut message.field {
            self.option(&mut field.options);
            self.option(&mut field.default_value);
            self.option(&mut field.oneof_index);
        }
        message.nested_type.iter_mut().for_each(|nested| self.message(nested));
        message.enum_type.iter_mut().for_each(|item| self.enumeration(item));
    }

    fn enumeration(&mut self, item: &mut EnumDescriptor) {
        self.list(&mut item.value);
        self.list(&mut item.reserved_range);
        self.list(&mut item.reserved_name);
        self.option(&mut item.options);
    }

    fn service(&mut self, service: &mut ServiceDescriptor) {
        self.list(&mut service.method);
        self.option(&mut service.options);
        service.method.iter_mut().for_each(|method| self.option(&mut method.options));
    }
}
